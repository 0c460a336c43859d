// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "optics/propagation/transform_element.h"

namespace parfocal::optics {

/// The far field: one Fourier transform.
///
///   far_field:  U2(q) = c exp(i pi q^2 / (l z)) sum_x U1(x) exp(-i 2 pi x q / (l z))
///   lens:       U2(q) = c sum_x U1(x) exp(-i 2 pi x q / (l z)),   z the focal length
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 4-25 and 5-19; c makes |U|^2
/// power per sample (`fourier_propagation`). `lens` goes from the front to the back focal plane.
/// Convention: phase grows as exp(+ikz); z > 0. An image through two lenses is inverted.
/// Layout:     complex [..., n_y, n_x] -> [..., output size].
/// Precision:  phases in float64, then cast to the type of the field.
/// Invariants: linear, the three methods agree; differentiable in field, distance and wavelength
///             (without a pitch of its own the window moves with them).
/// Tested by:  tests/optics/propagation/fraunhofer_test.cpp (slits, Airy pattern, 4f system).
class Fraunhofer final : public TransformElement {
 public:
  enum class Geometry { kFarField, kLens };
  struct Params : GapParams {
    Geometry geometry = Geometry::kFarField;
    OutputWindow output;
  };
  static void describe(Schema<Params>& s);

  Fraunhofer(const Params& params, const BuildContext& context);
};

}  // namespace parfocal::optics
