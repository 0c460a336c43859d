// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace parfocal::solvers {

/// Where an emitter is, in one unit of length.
struct EmitterPlace {
  std::int64_t frame = 0;
  double x = 0, y = 0, z = 0;
};

/// Which of the found emitters stand for which true ones.
enum class Matcher {
  kGreedy,     ///< The closest pairs first, each emitter once.
  kHungarian,  ///< As many pairs as possible, and of these the smallest sum of distances.
};

/// Pairs lie at most `lateral` apart in x and y, and at most `axial` in z (both inclusive).
struct MatchingGates {
  double lateral = 250;
  double axial = 500;
};

/// (true, found) by their places in the lists, frame by frame.
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> match_emitters(
    const std::vector<EmitterPlace>& truth, const std::vector<EmitterPlace>& found,
    const MatchingGates& gates, Matcher matcher);

/// How well emitters were found.
///
///   JI = 100 TP / (TP + FP + FN),  E = 100 - sqrt((100 - JI)^2 + (alpha RMSE)^2)
///
/// with alpha = 1 / nm laterally and 0.5 / nm axially, and E_3D their mean.
///
/// D. Sage et al., Nature Methods 16, 387 (2019).
/// Units:      lengths in nm; shares in percent. RMSE_xy is that of the distance in the plane, not
///             of one axis. NaN where no pair was found.
/// Tested by:  tests/solvers/emitter_matching_test.cpp.
struct EmitterScore {
  std::int64_t true_positives = 0, false_positives = 0, false_negatives = 0;
  double precision = 0, recall = 0, f1 = 0, jaccard = 0;
  double rmse_xy = 0, rmse_z = 0;
  double e_lateral = 0, e_axial = 0, e_3d = 0;
};

[[nodiscard]] EmitterScore score_emitters(
    const std::vector<EmitterPlace>& truth, const std::vector<EmitterPlace>& found,
    const std::vector<std::pair<std::size_t, std::size_t>>& pairs);

/// The photons below which emitters are too dim to be asked for: the `quantile` of the true ones,
/// rounded down. Between two of them the quantile is a straight line.
[[nodiscard]] double photon_threshold(std::vector<double> photons, double quantile);

/// What is counted where true emitters up to a number of photons, and what was matched with them,
/// are left out of all counts.
struct CountedEmitters {
  std::vector<std::size_t> truth, found;                   ///< Places in the lists that stay.
  std::vector<std::pair<std::size_t, std::size_t>> pairs;  ///< Places in `truth` and `found`.
};
[[nodiscard]] CountedEmitters without_dim(
    const std::vector<double>& photons, std::size_t found_count,
    const std::vector<std::pair<std::size_t, std::size_t>>& pairs, double threshold);

}  // namespace parfocal::solvers
