// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/cluster_separation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace parfocal::solvers {
namespace {

/// The best way to give the classes from `next` on one of the maps that are left.
double assign(const std::vector<std::vector<double>>& areas, std::size_t next,
              std::vector<std::size_t>& chosen, std::vector<std::size_t>& best, double sum,
              double best_sum) {
  if (next == areas.size()) {
    if (sum > best_sum) best = chosen;
    return std::max(sum, best_sum);
  }
  for (std::size_t map = 0; map < areas[next].size(); ++map) {
    if (std::find(chosen.begin(), chosen.end(), map) != chosen.end()) continue;
    chosen.push_back(map);
    best_sum = assign(areas, next + 1, chosen, best, sum + areas[next][map], best_sum);
    chosen.pop_back();
  }
  return best_sum;
}

}  // namespace

double area_under_curve(std::span<const double> values, const std::vector<char>& members) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  double ranks = 0, inside = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    // Equal values share the mean of their ranks.
    const double rank = 0.5 * static_cast<double>(first + 1 + end);
    for (std::size_t i = first; i < end; ++i) {
      if (members[order[i]] == 0) continue;
      ranks += rank;
      inside += 1;
    }
    first = end;
  }
  const double outside = static_cast<double>(values.size()) - inside;
  if (inside == 0 || outside == 0) return 0.5;
  return (ranks - inside * (inside + 1) / 2) / (inside * outside);
}

std::vector<ClusterScore> cluster_scores(const std::vector<std::vector<double>>& maps,
                                         const std::vector<std::int64_t>& labels,
                                         std::int64_t none) {
  std::vector<std::size_t> points;
  std::set<std::int64_t> classes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool known =
        std::ranges::all_of(maps, [&](const auto& m) { return std::isfinite(m[i]); });
    if (labels[i] == none || !known) continue;
    points.push_back(i);
    classes.insert(labels[i]);
  }
  if (classes.size() > maps.size()) return {};
  std::vector<std::vector<double>> areas;
  for (const std::int64_t label : classes) {
    std::vector<char> members;
    for (const std::size_t i : points) members.push_back(labels[i] == label ? 1 : 0);
    areas.emplace_back();
    for (const std::vector<double>& map : maps) {
      std::vector<double> values;
      for (const std::size_t i : points) values.push_back(map[i]);
      areas.back().push_back(area_under_curve(values, members));
    }
  }
  std::vector<std::size_t> chosen, best;
  assign(areas, 0, chosen, best, 0.0, -1.0);
  std::vector<ClusterScore> scores;
  for (const std::int64_t label : classes) {
    const std::size_t at = scores.size();
    scores.push_back({label, best[at], areas[at][best[at]]});
  }
  return scores;
}

}  // namespace parfocal::solvers
