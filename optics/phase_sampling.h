// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// How a phase steps from one sample to the next along an axis.
///
/// Layout:     phase (rad, smooth, not wrapped) and power (>= 0) [n_y, n_x]; axis 0 is y.
/// Tested by:  tests/optics/phase_sampling_test.cpp.
struct PhaseSteps {
  double aliased = 0.0;  ///< Share of the light that meets a step above pi.
  double largest = 0.0;  ///< Largest step that light meets, rad.
};
[[nodiscard]] PhaseSteps phase_steps(const at::Tensor& phase, const at::Tensor& power,
                                     std::int64_t axis);

/// \throws SamplingError if more than 0.1 % of the light meets a phase that steps by more than pi
/// from one sample to the next along an axis: such a phase is a different one on this grid.
///
/// Layout:     phase (rad, smooth, not wrapped) and power (>= 0) [n_y, n_x] on `grid`.
/// Tested by:  tests/optics/phase_sampling_test.cpp.
void check_phase_sampling(const std::string& path, const at::Tensor& phase, const at::Tensor& power,
                          const Grid& grid);

/// The same for a field that meets the phase, complex [..., n_y, n_x]. Its power is looked at only
/// where some step is above pi.
void check_phase_sampling_of(const at::Tensor& field, const at::Tensor& phase, const Grid& grid,
                             const std::string& path);

}  // namespace parfocal::optics
