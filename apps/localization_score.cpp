// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "apps/localization.h"
#include "core/error.h"
#include "solvers/metrics/emitter_matching.h"
#include "solvers/metrics/wobble.h"

namespace parfocal {
namespace {

using solvers::EmitterPlace;

/// Emitters of the scored frames that are not too near to the border, in nm, with their rows.
struct Listed {
  std::vector<EmitterPlace> places;
  std::vector<std::size_t> rows;
};

Listed listed(const Table& table, bool depth, double border_m, const ScoredFrames& frames) {
  const double nm = frames.pitch_m * 1e9, border = border_m * 1e9;
  const double width = static_cast<double>(frames.n_x) * nm;
  const double height = static_cast<double>(frames.n_y) * nm;
  Listed list;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto frame = static_cast<std::int64_t>(table.at("frame")[row]);
    // From the outer corner of the first pixel.
    const double x = (table.at("x")[row] + 0.5) * nm, y = (table.at("y")[row] + 0.5) * nm;
    const bool inside =
        border == 0.0 || (x > border && y > border && x < width - border && y < height - border);
    if (frame < frames.first || frame >= frames.end || !inside) continue;
    list.places.push_back({frame, x, y, depth ? table.at("z")[row] * 1e9 : 0.0});
    list.rows.push_back(row);
  }
  return list;
}

/// Rows with no other emitter of their frame nearer than the isolation along both axes, those near
/// to the border among the others.
std::vector<bool> isolated_rows(const Table& truth, double reach_px) {
  std::map<double, std::vector<std::size_t>> frames;
  std::vector<bool> isolated(truth.rows(), true);
  const std::vector<double>&x = truth.at("x"), &y = truth.at("y"), &frame = truth.at("frame");
  for (std::size_t i = 0; i < truth.rows(); ++i) {
    std::vector<std::size_t>& others = frames[frame[i]];
    for (const std::size_t k : others) {
      if (std::abs(x[i] - x[k]) >= reach_px || std::abs(y[i] - y[k]) >= reach_px) continue;
      isolated[i] = isolated[k] = false;
    }
    others.push_back(i);
  }
  return isolated;
}

/// Root mean square of error / deviation by the bound, and mean of the same, of one axis.
struct Ratio {
  double squares = 0, sum = 0;
  void add(double ratio) {
    squares += ratio * ratio;
    sum += ratio;
  }
};

/// Adds (found - true) / deviation of one pair, by axis; places in nm.
void add_ratios(const EmitterPlace& truth, const EmitterPlace& place, const Table& found,
                std::size_t row, double nm_per_px, std::array<Ratio, 3>& ratios) {
  ratios[0].add((place.x - truth.x) / (found.at("deviation_x")[row] * nm_per_px));
  ratios[1].add((place.y - truth.y) / (found.at("deviation_y")[row] * nm_per_px));
  if (const Table::Column* depth = found.find("deviation_z")) {
    ratios[2].add((place.z - truth.z) / (depth->values[row] * 1e9));
  }
}

Listed part_of(const Listed& list, const std::vector<std::size_t>& stays) {
  Listed part;
  for (const std::size_t i : stays) {
    part.places.push_back(list.places[i]);
    part.rows.push_back(list.rows[i]);
  }
  return part;
}

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

void leave_out_dim(const Table& truth, double quantile, Listed& true_ones, Listed& found_ones,
                   Pairs& pairs, Summary& summary) {
  if (truth.find("photons") == nullptr) {
    throw DataError(
        "evaluate.matching.dimmest_left_out: the true emitters have no photons; remove the key");
  }
  std::vector<double> photons;
  for (const std::size_t row : true_ones.rows) photons.push_back(truth.at("photons")[row]);
  const double threshold = solvers::photon_threshold(photons, quantile);
  const auto counted = solvers::without_dim(photons, found_ones.places.size(), pairs, threshold);
  true_ones = part_of(true_ones, counted.truth);
  found_ones = part_of(found_ones, counted.found);
  pairs = counted.pairs;
  summary.add("photon_threshold", threshold, "photon");
}

}  // namespace

void shift_truth(Table& truth, const Table& true_beads, const Table& found_beads,
                 const WobbleBlock& wobble, double pitch_m) {
  for (const Table* table : {&std::as_const(truth), &true_beads}) {
    if (table->find("z") != nullptr) continue;
    throw DataError("evaluate.matching.wobble: the true emitters and the true beads need a z");
  }
  const double nm = pitch_m * 1e9;
  const auto places = [nm](const Table& table) {
    std::vector<EmitterPlace> list;
    const Table::Column* z = table.find("z");
    for (std::size_t row = 0; row < table.rows(); ++row) {
      list.push_back({static_cast<std::int64_t>(table.at("frame")[row]), table.at("x")[row] * nm,
                      table.at("y")[row] * nm, z != nullptr ? z->values[row] * 1e9 : 0.0});
    }
    return list;
  };
  const solvers::Wobble shifts(places(true_beads), places(found_beads),
                               {wobble.radius.m() * 1e9, static_cast<int>(wobble.breaks)});
  for (std::size_t row = 0; row < truth.rows(); ++row) {
    const auto [x, y] = shifts.at(truth.at("z")[row] * 1e9);
    truth.at("x")[row] += x / nm;
    truth.at("y")[row] += y / nm;
  }
}

void add_scores(const MatchingBlock& matching, const Table& truth, const Table& found,
                const ScoredFrames& frames, Summary& summary) {
  const bool depth = truth.find("z") != nullptr && found.find("z") != nullptr;
  Listed true_ones = listed(truth, depth, matching.border.m(), frames);
  Listed found_ones = listed(found, depth, matching.border.m(), frames);
  if (true_ones.places.empty()) {
    throw DataError(
        "data.emitters: no true emitter lies in the measured frames, inside evaluate.matching."
        "border");
  }
  const solvers::MatchingGates gates{matching.lateral.m() * 1e9, matching.axial.m() * 1e9};
  auto pairs = solvers::match_emitters(true_ones.places, found_ones.places, gates,
                                       matching.matcher == MatchingBlock::Matcher::kGreedy
                                           ? solvers::Matcher::kGreedy
                                           : solvers::Matcher::kHungarian);
  if (matching.dimmest_left_out) {
    leave_out_dim(truth, *matching.dimmest_left_out, true_ones, found_ones, pairs, summary);
  }
  const auto score = solvers::score_emitters(true_ones.places, found_ones.places, pairs);
  summary.add("true_emitters", static_cast<double>(true_ones.places.size()));
  summary.add("true_positives", static_cast<double>(score.true_positives));
  summary.add("false_positives", static_cast<double>(score.false_positives));
  summary.add("false_negatives", static_cast<double>(score.false_negatives));
  summary.add("jaccard", score.jaccard, "%");
  summary.add("precision", score.precision, "%");
  summary.add("recall", score.recall, "%");
  if (pairs.empty()) return;
  summary.add("rmse_xy", score.rmse_xy, "nm");
  summary.add("e_lateral", score.e_lateral);
  if (depth) {
    summary.add("rmse_z", score.rmse_z, "nm");
    summary.add("e_axial", score.e_axial);
    summary.add("e_3d", score.e_3d);
  }
  const std::vector<bool> isolated = isolated_rows(truth, frames.isolation_px);
  std::array<Ratio, 3> ratios;
  double alone = 0;
  for (const auto& [t, f] : pairs) {
    if (!isolated[true_ones.rows[t]]) continue;
    alone += 1;
    add_ratios(true_ones.places[t], found_ones.places[f], found, found_ones.rows[f],
               frames.pitch_m * 1e9, ratios);
  }
  summary.add("isolated_pairs", alone);
  if (alone == 0) return;
  for (std::size_t axis = 0; axis < (depth ? 3U : 2U); ++axis) {
    const std::string name(1, "xyz"[axis]);
    summary.add("rmse_over_crlb_" + name, std::sqrt(ratios[axis].squares / alone));
    summary.add("bias_over_crlb_" + name, ratios[axis].sum / alone);
  }
}

}  // namespace parfocal
