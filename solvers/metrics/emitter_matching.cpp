// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/emitter_matching.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace parfocal::solvers {
namespace {

using Indices = std::vector<std::size_t>;
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

std::map<std::int64_t, Indices> by_frame(const std::vector<EmitterPlace>& places) {
  std::map<std::int64_t, Indices> frames;
  for (std::size_t i = 0; i < places.size(); ++i) frames[places[i].frame].push_back(i);
  return frames;
}

/// Infinite outside the gates.
double distance(const EmitterPlace& a, const EmitterPlace& b, const MatchingGates& gates) {
  const double lateral = std::hypot(a.x - b.x, a.y - b.y), axial = std::abs(a.z - b.z);
  if (lateral > gates.lateral || axial > gates.axial) return kInfinite;
  return std::hypot(lateral, axial);
}

/// Rows are true emitters, columns found ones, of one frame.
struct Costs {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values;

  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return values[row * columns + column];
  }
};

Pairs greedy_pairs(const Costs& costs) {
  struct Candidate {
    double cost;
    std::size_t row, column;
  };
  std::vector<Candidate> candidates;
  for (std::size_t r = 0; r < costs.rows; ++r) {
    for (std::size_t c = 0; c < costs.columns; ++c) {
      if (costs.at(r, c) < kInfinite) candidates.push_back({costs.at(r, c), r, c});
    }
  }
  std::ranges::stable_sort(candidates, {}, &Candidate::cost);
  std::vector<bool> row_used(costs.rows), column_used(costs.columns);
  Pairs pairs;
  for (const Candidate& c : candidates) {
    if (row_used[c.row] || column_used[c.column]) continue;
    row_used[c.row] = column_used[c.column] = true;
    pairs.emplace_back(c.row, c.column);
  }
  return pairs;
}

/// Assignment of smallest cost by shortest augmenting paths (H. W. Kuhn, Naval Research Logistics
/// 2, 83, 1955; J. Munkres, 1957), for rows <= columns. Returns the row of each column, or rows.
Indices smallest_assignment(const Costs& costs) {
  const std::size_t n = costs.rows, m = costs.columns;
  std::vector<double> row_price(n + 1, 0.0), column_price(m + 1, 0.0);
  Indices row_of(m + 1, n);  // Column m stands for the row that is placed.
  for (std::size_t r = 0; r < n; ++r) {
    row_of[m] = r;
    std::size_t column = m;
    std::vector<double> least(m, kInfinite);
    Indices previous(m, m);
    std::vector<bool> seen(m + 1, false);
    while (row_of[column] != n) {
      seen[column] = true;
      const std::size_t row = row_of[column];
      std::size_t next = m;
      double step = kInfinite;
      for (std::size_t c = 0; c < m; ++c) {
        if (seen[c]) continue;
        const double reduced = costs.at(row, c) - row_price[row] - column_price[c];
        if (reduced < least[c]) {
          least[c] = reduced;
          previous[c] = column;
        }
        if (least[c] < step) {
          step = least[c];
          next = c;
        }
      }
      for (std::size_t c = 0; c <= m; ++c) {
        if (seen[c]) {
          row_price[row_of[c]] += step;
          column_price[c] -= step;
        } else if (c < m) {
          least[c] -= step;
        }
      }
      column = next;
    }
    while (column != m) {
      row_of[column] = row_of[previous[column]];
      column = previous[column];
    }
  }
  row_of.pop_back();
  return row_of;
}

Pairs hungarian_pairs(const Costs& costs) {
  const bool turned = costs.rows > costs.columns;
  double longest = 1;
  for (const double cost : costs.values) {
    if (cost < kInfinite) longest = std::max(longest, cost);
  }
  // One pair outside the gates costs more than all inside, so that these are as many as possible.
  const double outside = longest * static_cast<double>(costs.rows + costs.columns + 1);
  Costs square{turned ? costs.columns : costs.rows, turned ? costs.rows : costs.columns, {}};
  for (std::size_t r = 0; r < square.rows; ++r) {
    for (std::size_t c = 0; c < square.columns; ++c) {
      square.values.push_back(std::min(outside, turned ? costs.at(c, r) : costs.at(r, c)));
    }
  }
  const Indices row_of = smallest_assignment(square);
  Pairs pairs;
  for (std::size_t c = 0; c < square.columns; ++c) {
    const std::size_t r = row_of[c];
    if (r == square.rows || !(square.at(r, c) < outside)) continue;
    pairs.emplace_back(turned ? c : r, turned ? r : c);
  }
  std::ranges::sort(pairs);
  return pairs;
}

}  // namespace

Pairs match_emitters(const std::vector<EmitterPlace>& truth, const std::vector<EmitterPlace>& found,
                     const MatchingGates& gates, Matcher matcher) {
  const std::map<std::int64_t, Indices> found_by_frame = by_frame(found);
  Pairs pairs;
  for (const auto& [frame, true_here] : by_frame(truth)) {
    const auto here = found_by_frame.find(frame);
    if (here == found_by_frame.end()) continue;
    const Indices& found_here = here->second;
    Costs costs{true_here.size(), found_here.size(), {}};
    for (const std::size_t t : true_here) {
      for (const std::size_t f : found_here) {
        costs.values.push_back(distance(truth[t], found[f], gates));
      }
    }
    for (const auto& [row, column] :
         matcher == Matcher::kGreedy ? greedy_pairs(costs) : hungarian_pairs(costs)) {
      pairs.emplace_back(true_here[row], found_here[column]);
    }
  }
  return pairs;
}

double photon_threshold(std::vector<double> photons, double quantile) {
  std::ranges::sort(photons);
  const double place = quantile * static_cast<double>(photons.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, photons.size() - 1);
  const double part = place - static_cast<double>(below);
  return std::floor(photons[below] + part * (photons[above] - photons[below]));
}

CountedEmitters without_dim(const std::vector<double>& photons, std::size_t found_count,
                            const Pairs& pairs, double threshold) {
  std::vector<bool> found_stays(found_count, true);
  for (const auto& [t, f] : pairs) found_stays[f] = photons[t] > threshold;
  CountedEmitters counted;
  std::vector<std::size_t> new_truth(photons.size()), new_found(found_count);
  for (std::size_t t = 0; t < photons.size(); ++t) {
    new_truth[t] = counted.truth.size();
    if (photons[t] > threshold) counted.truth.push_back(t);
  }
  for (std::size_t f = 0; f < found_count; ++f) {
    new_found[f] = counted.found.size();
    if (found_stays[f]) counted.found.push_back(f);
  }
  for (const auto& [t, f] : pairs) {
    if (photons[t] > threshold) counted.pairs.emplace_back(new_truth[t], new_found[f]);
  }
  return counted;
}

EmitterScore score_emitters(const std::vector<EmitterPlace>& truth,
                            const std::vector<EmitterPlace>& found, const Pairs& pairs) {
  EmitterScore score;
  score.true_positives = static_cast<std::int64_t>(pairs.size());
  score.false_positives = static_cast<std::int64_t>(found.size()) - score.true_positives;
  score.false_negatives = static_cast<std::int64_t>(truth.size()) - score.true_positives;
  const auto tp = static_cast<double>(score.true_positives);
  const auto fp = static_cast<double>(score.false_positives);
  const auto fn = static_cast<double>(score.false_negatives);
  const auto percent = [tp](double of) { return of > 0 ? 100 * tp / of : 0.0; };
  score.precision = percent(tp + fp);
  score.recall = percent(tp + fn);
  score.f1 = percent(tp + 0.5 * (fp + fn));
  score.jaccard = percent(tp + fp + fn);
  double lateral = 0, axial = 0;
  for (const auto& [t, f] : pairs) {
    lateral += std::pow(truth[t].x - found[f].x, 2) + std::pow(truth[t].y - found[f].y, 2);
    axial += std::pow(truth[t].z - found[f].z, 2);
  }
  score.rmse_xy = std::sqrt(lateral / tp);
  score.rmse_z = std::sqrt(axial / tp);
  score.e_lateral = 100 - std::hypot(100 - score.jaccard, score.rmse_xy);
  score.e_axial = 100 - std::hypot(100 - score.jaccard, 0.5 * score.rmse_z);
  score.e_3d = 0.5 * (score.e_lateral + score.e_axial);
  return score;
}

}  // namespace parfocal::solvers
