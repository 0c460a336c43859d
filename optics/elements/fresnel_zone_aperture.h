// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/pattern.h"

namespace parfocal::optics {

/// Fresnel zone aperture (Gabor zone plate):
///
///   t = (1 + cos(pi r^2 / r1^2)) / 2,     binary: t rounded;     focal length r1^2 / wavelength
///
/// T. Shimano et al., Applied Optics 57, 2841
/// (2018), eq. 1.
/// Convention: the centre is open; t multiplies the field.
/// Tested by:  tests/optics/elements/amplitude_mask_test.cpp (FresnelZoneAperture).
class FresnelZoneAperture final : public Pattern {
 public:
  struct Params {
    Length first_radius;
    bool binary = false;
  };
  static void describe(Schema<Params>& s);

  FresnelZoneAperture(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor transmission(const Grid& grid) const override;

 private:
  double first_radius_m_;
  bool binary_;
};

}  // namespace parfocal::optics
