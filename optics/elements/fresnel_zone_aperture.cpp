// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/fresnel_zone_aperture.h"

#include <ATen/TensorOperators.h>

#include <numbers>

#include "optics/plane.h"

namespace parfocal::optics {

void FresnelZoneAperture::describe(Schema<Params>& s) {
  s.summary("Fresnel zone aperture, the pattern of lensless cameras with a printed mask.");
  s.equation("t = (1 + cos(pi r^2 / r1^2)) / 2;  focal length r1^2 / wavelength");
  s.citation("T. Shimano et al., Applied Optics 57, 2841, 2018");
  s.convention("The centre is open; t multiplies the field.");
  s.key("first_radius", &Params::first_radius)
      .required()
      .above(Length::from_m(0.0))
      .doc("r1: at r1 the pattern is opaque for the first time.");
  s.key("binary", &Params::binary).doc("Round t to 0 or 1.");
}

FresnelZoneAperture::FresnelZoneAperture(const Params& params, const BuildContext&)
    : first_radius_m_(params.first_radius.m()), binary_(params.binary) {}

at::Tensor FresnelZoneAperture::transmission(const Grid& grid) const {
  const double per_m2 = std::numbers::pi / (first_radius_m_ * first_radius_m_);
  const at::Tensor t = (1.0 + (radius_squared_m2(grid) * per_m2).cos()) * 0.5;
  return binary_ ? t.round() : t;
}

}  // namespace parfocal::optics
