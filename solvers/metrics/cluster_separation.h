// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace parfocal::solvers {

/// How well one map tells the members of a class from all others: the probability that a member has
/// the larger value, ties at one half (area under the curve of hits against false alarms).
///
/// T. Fawcett, Pattern Recognit. Lett. 27, 861 (2006). 0.5 for maps that know nothing.
[[nodiscard]] double area_under_curve(std::span<const double> values,
                                      const std::vector<char>& members);

/// A class with the map that stands for it.
struct ClusterScore {
  std::int64_t label = 0;
  std::size_t map = 0;
  double area = 0.0;
};

/// One map for each class, no map twice, so that the areas add up to most. Points of label `none`
/// and points whose values are not finite are left out.
/// Layout:     maps[k][point], labels[point].
/// Tested by:  tests/solvers/metrics/cluster_separation_test.cpp.
[[nodiscard]] std::vector<ClusterScore> cluster_scores(const std::vector<std::vector<double>>& maps,
                                                       const std::vector<std::int64_t>& labels,
                                                       std::int64_t none);

}  // namespace parfocal::solvers
