// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "apps/experiment.h"
#include "apps/pipeline.h"
#include "core/operators/point_emitters.h"
#include "core/operators/table.h"
#include "core/run/summary.h"
#include "solvers/localization/detection.h"
#include "solvers/localization/maximum_likelihood.h"

namespace parfocal {

/// The side of the pixels. \throws UsageError where they are not square, which no table knows.
[[nodiscard]] double square_pitch_m(const std::array<double, 2>& pitch_m);

/// A parameter of a fit as tables hold it: depths in metres, whatever unit is good for a fit.
struct TableUnit {
  std::string unit;
  double factor = 1;  ///< value in the table = value of the fit * factor
};
[[nodiscard]] TableUnit table_unit(const EmitterParameter& parameter);

/// Finds and fits the emitters of blocks of frames, and keeps the tables.
///
/// Layout:     emitters: frame, the parameters of the model with deviation_NAME by the Cramer-Rao
///             bound, the score of the detection, deviance, iterations, at_bound. not_found: frame,
///             y, x, the score, state (a number of `FitState`).
/// Convention: frames count as in the file, positions in pixels of the whole frame.
/// Tested by:  tests/apps/localize_test.cpp.
class Localization {
 public:
  Localization(const Experiment& experiment, const Pipeline& pipeline);

  /// Adds the next frames, [frame, 1, n_y, n_x] with what may be used of them (or undefined).
  /// \throws DataError for a negative number of electrons of a detector without read noise
  void add_frames(const at::Tensor& counts, const at::Tensor& usable);

  [[nodiscard]] const Table& emitters() const { return emitters_; }
  [[nodiscard]] const Table& not_found() const { return not_found_; }
  [[nodiscard]] std::int64_t frames() const { return frames_; }
  [[nodiscard]] std::int64_t spots() const { return spots_; }
  /// Spots so near to the edge that their window leaves the frame.
  [[nodiscard]] std::int64_t spots_at_edge() const { return spots_at_edge_; }
  [[nodiscard]] std::int64_t count(solvers::FitState state) const {
    return states_[static_cast<std::size_t>(state)];
  }
  [[nodiscard]] const std::string& score_name() const { return score_name_; }
  [[nodiscard]] double pitch_m() const { return pitch_m_; }
  [[nodiscard]] const EmitterBlock& block() const { return *block_; }

 private:
  void take_origin(const ImageFile& measurement);
  void keep_spots_with_window(std::vector<Spot>& spots, const at::Tensor& frames);
  void add_row(const Spot& spot, const solvers::Fits& fits, std::int64_t fit);
  void add_missing(const Spot& spot, solvers::FitState state);

  const Likelihood& detector_;
  std::shared_ptr<const EmitterBlock> block_;
  std::shared_ptr<const Detection> detection_;
  solvers::FitOptions options_;
  std::string score_name_;
  double pitch_m_ = 0;
  std::int64_t first_frame_ = 0, first_y_ = 0, first_x_ = 0;  // Of the file that is read.
  std::int64_t frames_ = 0, spots_ = 0, spots_at_edge_ = 0;
  std::array<std::int64_t, solvers::kFitStates> states_{};
  Table emitters_, not_found_;
};

/// Numbers of the summary that compare `found` with the true emitters (columns frame, x, y in px,
/// and where both have it z in m) in frames [first, end) of n_y x n_x pixels.
struct ScoredFrames {
  std::int64_t first = 0, end = 0;
  std::int64_t n_y = 0, n_x = 0;
  double pitch_m = 0;
  /// A true emitter with no other one this near (px, along both axes) is isolated.
  double isolation_px = 0;
};
void add_scores(const MatchingBlock& matching, const Table& truth, const Table& found,
                const ScoredFrames& frames, Summary& summary);

/// Adds the wobble of the beads to the places of the true emitters.
void shift_truth(Table& truth, const Table& true_beads, const Table& found_beads,
                 const WobbleBlock& wobble, double pitch_m);

}  // namespace parfocal
