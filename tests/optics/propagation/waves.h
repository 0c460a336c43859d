// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "optics/optical_element.h"
#include "optics/propagation/gap.h"

namespace parfocal::optics {

/// A gap of `z_m` behind a beam, all constants.
Gap gap_over(const Beam& beam, double z_m);

/// Paraxial Gaussian beam of waist w0 at the distance z behind the waist, amplitude 1 in its
/// centre, without the carrier: waist, curvature and Gouy phase of the closed form.
at::Tensor gaussian_beam(const Grid& grid, double wavelength_m, double w0_m, double z_m);

/// A disc of the given radius, each sample weighed by the share of it that is inside (by 32 x 32
/// points).
at::Tensor disc(const Grid& grid, double radius_m);

/// Amplitude of a field whose |U|^2 is power per sample, as that of the continuous field with the
/// samples of `before`.
at::Tensor amplitude(const at::Tensor& field, const Grid& before, const Grid& behind);

}  // namespace parfocal::optics
