// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// \throws SamplingError if more than 0.1 % of the light meets a phase that steps by more than pi
/// from one sample to the next along an axis: such a phase is a different one on this grid.
///
/// Layout:     phase (rad, smooth, not wrapped) and power (>= 0) [n_y, n_x] on `grid`.
/// Tested by:  tests/optics/phase_sampling_test.cpp.
void check_phase_sampling(const std::string& path, const at::Tensor& phase, const at::Tensor& power,
                          const Grid& grid);

}  // namespace parfocal::optics
