// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "optics/optical_element.h"

namespace parfocal::optics {

/// Phase of a thin layer of material: 2 pi (index - index_medium) height / wavelength, in rad.
///
/// Convention: material delays, a delay is a positive phase with exp(+ikz).
/// Tested by:  tests/optics/elements/phase_mask_test.cpp.
[[nodiscard]] at::Tensor thin_phase(const at::Tensor& height_m, double index, const Beam& beam);
/// The same for an index with gradients, a float64 scalar on the device of the height.
[[nodiscard]] at::Tensor thin_phase(const at::Tensor& height_m, const at::Tensor& index,
                                    const Beam& beam);

/// field x exp(i phase); the exponential is formed in float64, then cast.
[[nodiscard]] at::Tensor delayed(const at::Tensor& field, const at::Tensor& phase);

}  // namespace parfocal::optics
