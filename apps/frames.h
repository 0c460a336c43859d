// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "apps/pipeline.h"
#include "datasets/stack_measurement.h"

namespace parfocal {

/// Frames to be reconstructed together; `truth` is undefined where it is not known.
struct FrameBlock {
  at::Tensor counts, mask, truth;
};

/// Where the frames of one experiment come from: files, or a scene seen by the same instrument.
///
/// Layout:    [frames, channel, n_y, n_x]; a truth has the channels of the object.
/// Errors:    DataError for frames that the model does not make, or a truth of other frames.
/// Tested by: tests/apps/run_test.cpp.
class Frames {
 public:
  Frames(const Experiment& experiment, const Pipeline& pipeline, datasets::ImageFileLoader& files);

  [[nodiscard]] std::int64_t count() const { return source_ ? source_->n_frames() : 1; }
  [[nodiscard]] std::optional<FrameBlock> next();
  /// Pitch of the data, known after the first block.
  [[nodiscard]] const std::optional<Grid>& grid() const { return grid_; }

 private:
  void check_truth_frames(const ImageFile& truth);
  /// The true objects of these frames.
  at::Tensor next_truth(const at::Tensor& counts);
  std::optional<FrameBlock> next_simulated();

  const Experiment& experiment_;
  const Pipeline& pipeline_;
  datasets::ImageFileLoader& files_;
  std::unique_ptr<datasets::StackMeasurement> source_;
  std::optional<Grid> grid_;
  std::int64_t frames_done_ = 0;
  bool simulated_ = false;
};

}  // namespace parfocal
