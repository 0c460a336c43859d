// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/experiment.h"
#include "apps/pipeline.h"

namespace parfocal {

/// What one experiment will need, told before it runs.
struct Plan {
  std::string variant;  ///< Empty for the experiment itself.
  std::int64_t frames = 1;
  std::int64_t channels = 1;
  std::int64_t n_y = 0, n_x = 0;
  std::int64_t unknowns_per_frame = 0;
  std::int64_t iterations = 0;      ///< Of the solver.
  std::int64_t training_steps = 0;  ///< Of a design.
  std::size_t views = 0;
  double solver_bytes = 0;  ///< Working memory of the solver for one block of frames.
  double seconds = 0;       ///< Rough, see `plan_of`.
};

/// Builds everything, reads the data, and solves nothing.
///
/// Memory: unknowns of a block x bytes per unknown, as the solver declares.
/// Time:   iterations x 6 transforms x 0.14 ns N log2 N on one thread (0.6 of it on two and more)
///         for N unknowns of a frame: within a factor of three on a current CPU.
///         A training names its steps; how long one takes is not estimated.
/// Errors: as a run.
[[nodiscard]] Plan plan_of(const Experiment& experiment, const Placement& placement, int threads);

/// One plan per variant, or the one of the experiment.
[[nodiscard]] std::vector<Plan> plans_of(const ExperimentFile& file, at::Device device,
                                         int threads);

}  // namespace parfocal
