// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "apps/localization.h"
#include "core/error.h"
#include "solvers/metrics/emitter_matching.h"

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

/// Whether no other true emitter of the frame is nearer than the isolation.
bool isolated(const std::vector<EmitterPlace>& places, std::size_t of, double reach) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i == of || places[i].frame != places[of].frame) continue;
    if (std::abs(places[i].x - places[of].x) < reach &&
        std::abs(places[i].y - places[of].y) < reach) {
      return false;
    }
  }
  return true;
}

/// Root mean square of error / deviation by the bound, and mean of the same, of one axis.
struct Ratio {
  double squares = 0, sum = 0;
  void add(double ratio) {
    squares += ratio * ratio;
    sum += ratio;
  }
};

}  // namespace

void add_scores(const MatchingBlock& matching, const Table& truth, const Table& found,
                const ScoredFrames& frames, Summary& summary) {
  const bool depth = truth.find("z") != nullptr && found.find("z") != nullptr;
  const Listed true_ones = listed(truth, depth, matching.border.m(), frames);
  const Listed found_ones = listed(found, depth, matching.border.m(), frames);
  if (true_ones.places.empty()) {
    throw DataError(
        "data.emitters: no true emitter lies in the measured frames, inside evaluate.matching."
        "border");
  }
  const solvers::MatchingGates gates{matching.lateral.m() * 1e9, matching.axial.m() * 1e9};
  const auto pairs = solvers::match_emitters(true_ones.places, found_ones.places, gates,
                                             matching.matcher == MatchingBlock::Matcher::kGreedy
                                                 ? solvers::Matcher::kGreedy
                                                 : solvers::Matcher::kHungarian);
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
  Ratio x, y;
  double alone = 0;
  const double nm = frames.pitch_m * 1e9;
  for (const auto& [t, f] : pairs) {
    if (!isolated(true_ones.places, t, frames.isolation_px * nm)) continue;
    const std::size_t row = found_ones.rows[f];
    alone += 1;
    const EmitterPlace& place = found_ones.places[f];
    x.add((place.x - true_ones.places[t].x) / (found.at("deviation_x")[row] * nm));
    y.add((place.y - true_ones.places[t].y) / (found.at("deviation_y")[row] * nm));
  }
  summary.add("isolated_pairs", alone);
  if (alone == 0) return;
  summary.add("rmse_over_crlb_x", std::sqrt(x.squares / alone));
  summary.add("rmse_over_crlb_y", std::sqrt(y.squares / alone));
  summary.add("bias_over_crlb_x", x.sum / alone);
  summary.add("bias_over_crlb_y", y.sum / alone);
}

}  // namespace parfocal
