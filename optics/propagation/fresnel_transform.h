// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "optics/propagation/transform_element.h"

namespace parfocal::optics {

/// Paraxial propagation by one Fourier transform between two quadratic phases.
///
///   U2(q) = c exp(i pi q^2 / (l z)) sum_x U1(x) exp(i pi x^2 / (l z)) exp(-i 2 pi x q / (l z))
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 4-17; c makes |U|^2 power
/// per sample (`fourier_propagation`). By one FFT the samples behind lie |l z| / (n pitch) apart;
/// with `output` they are free, by a chirp-z transform or by two matrix products.
/// Convention: phase grows as exp(+ikz); z signed, not 0.
/// Layout:     complex [..., n_y, n_x] -> [..., output size].
/// Precision:  phases in float64, then cast to the type of the field.
/// Invariants: linear, the three methods agree; differentiable in field, distance and wavelength
///             (without a pitch of its own the window moves with them).
/// Errors:     SamplingError where |z| < n pitch^2 / l; UsageError for z = 0.
/// Tested by:  tests/optics/propagation/fresnel_transform_test.cpp.
class FresnelTransform final : public TransformElement {
 public:
  struct Params : GapParams {
    OutputWindow output;
  };
  static void describe(Schema<Params>& s);

  FresnelTransform(const Params& params, const BuildContext& context);
};

}  // namespace parfocal::optics
