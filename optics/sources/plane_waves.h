// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "optics/optical_element.h"

namespace parfocal::optics {

/// Plane waves of amplitude 1, one per row of `sines`:
///
///   U = exp(i 2 pi (s_y y + s_x x)),   s_a = index_medium sin_a / wavelength
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), section 3.10.
/// Convention: sin_a is the component of the unit vector of travel along the axis a, [y, x].
/// Layout:     sines float64 [modes, 2]; the result complex128 [modes, n_y, n_x].
/// Invariants: differentiable in the sines and in the wavelength.
/// Errors:     UsageError unless sin_y^2 + sin_x^2 < 1; SamplingError where a wave exceeds the
///             Nyquist frequency of the samples. Both name `key`, the key that sets the directions.
/// Tested by:  tests/optics/sources/plane_wave_test.cpp.
[[nodiscard]] at::Tensor plane_waves(const std::string& key, const at::Tensor& sines,
                                     const Beam& beam);

/// \throws UsageError unless the sine of an angle from the axis is below 1.
void check_sine(const std::string& key, double sine);

/// The errors of `plane_waves` alone.
void check_directions(const std::string& key, const at::Tensor& sines, const Beam& beam);

}  // namespace parfocal::optics
