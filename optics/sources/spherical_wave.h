// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "optics/optical_element.h"

namespace parfocal::optics {

/// The wave of a point at (y_s, x_s) and the distance d before the plane, relative to its value on
/// the optical axis:
///
///   U = (R_0 / R)^(3/2) exp(i 2 pi index_medium (R - R_0) / wavelength)
///   R^2 = (y - y_s)^2 + (x - x_s)^2 + d^2,   R_0 = R at y = x = 0
///
/// M. Born and E. Wolf, Principles of Optics, 7th ed. (1999), section 4.8: irradiance d / R^3, the
/// inverse square law on an inclined plane.
/// Layout:     position_m float64 [2], y and x; the result complex128 [n_y, n_x].
/// Precision:  R - R_0 without cancellation.
/// Invariants: differentiable in position, distance and wavelength.
/// Errors:     UsageError unless d > 0; SamplingError where the phase steps by more than pi per
///             sample. Both name `path`, the source.
/// Tested by:  tests/optics/sources/point_source_test.cpp.
[[nodiscard]] at::Tensor spherical_wave(const std::string& path, const at::Tensor& position_m,
                                        const at::Tensor& distance_m, const Beam& beam);

}  // namespace parfocal::optics
