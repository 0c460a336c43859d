// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>

#include "apps/experiment.h"
#include "apps/pipeline.h"
#include "core/operators/emitter_scene.h"
#include "core/operators/point_emitters.h"
#include "core/operators/table.h"
#include "core/run/summary.h"

namespace parfocal {

struct RunHooks;

/// Whether the model of the experiment makes images of single emitters.
[[nodiscard]] bool images_emitters(const Pipeline& pipeline);

/// Frames of any size with the emitters of a scene, as a camera sees them: windows of the model at
/// whole pixels, the part of the place below a pixel inside of the window; the background once.
///
/// Invariants: what reaches over the edge of the frame is drawn as far as it lies inside; a frame
///             does not depend on which others are drawn with it.
/// Errors:     UsageError where scene and model do not speak of the same things.
/// Tested by:  tests/apps/emitter_movie_test.cpp.
class EmitterMovie {
 public:
  static constexpr std::int64_t kBlockFrames = 32;

  EmitterMovie(const Experiment& experiment, const Pipeline& pipeline);

  struct Block {
    Table emitters;       ///< Of the scene.
    at::Tensor expected;  ///< Photons per pixel, [frame, 1, n_y, n_x].
    at::Tensor counts;
  };
  /// Frames [begin, end).
  [[nodiscard]] Block block(std::int64_t begin, std::int64_t end);

  [[nodiscard]] const EmitterScene& scene() const { return *emitters_; }
  [[nodiscard]] const SampleSource& images() const { return *scene_; }
  [[nodiscard]] std::array<double, 2> pitch_m() const { return model_->pitch_m(); }
  /// Image of one photon in the middle of the window and of the depth, [1, 1, n_y, n_x].
  [[nodiscard]] at::Tensor point_response() const;
  /// Part of the photons drawn so far that fell into their windows.
  [[nodiscard]] double light_in_windows() const { return drawn_ > 0 ? seen_ / drawn_ : 1.0; }

 private:
  /// Which column of theta is what.
  struct Columns {
    std::int64_t x = -1, y = -1, z = -1, photons = -1, background = -1;
    double per_metre = 1;  ///< Of z in its unit.
  };
  void take_columns();
  /// The windows of rows [begin, end) of the table, float64 on the CPU.
  [[nodiscard]] at::Tensor windows(const Table& emitters, std::size_t begin, std::size_t end) const;
  void add_window(const double* window, double x, double y, double* frame) const;

  const Pipeline& pipeline_;
  std::shared_ptr<const SampleSource> scene_;
  const EmitterScene* emitters_ = nullptr;
  const PointEmitters* model_ = nullptr;
  Columns columns_;
  std::int64_t parameters_ = 0;
  std::array<std::int64_t, 2> window_{}, size_{};
  double drawn_ = 0, seen_ = 0;
};

/// Writes the movie and what is behind it; false if it was cancelled between two blocks.
///
/// Layout: measurement.ome.tif (all frames, along T), emitters.csv (ThunderSTORM; photons before
///         the quantum efficiency), mean_frame, psf, and of the first frame truth and expected.
[[nodiscard]] bool simulate_movie(const Experiment& experiment, const Pipeline& pipeline,
                                  const std::filesystem::path& folder, const RunHooks& hooks,
                                  Summary& summary);

}  // namespace parfocal
