// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/point_source.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>

#include "optics/sources/spherical_wave.h"

namespace parfocal::optics {

void PointSource::describe(Schema<Params>& s) {
  s.summary("A point before the first plane: an exact spherical wave.");
  s.equation(
      "U = (R_0 / R)^(3/2) exp(i 2 pi index_medium (R - R_0) / wavelength)\n"
      "R: from the point to the sample,  R_0: from the point to the axis in the plane");
  s.citation("M. Born and E. Wolf, Principles of Optics, 7th ed., 1999, section 4.8");
  s.convention("Amplitude 1 and phase 0 on the optical axis; irradiance as distance / R^3.");
  s.gradient("exact");
  describe_spectrum(s);
  s.key("distance", &Params::distance)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("From the point to the first plane.");
  s.key("position", &Params::position)
      .trainable("um")
      .doc("Of the point beside the optical axis, [y, x].");
}

PointSource::PointSource(const Params& params, const BuildContext& context)
    : path_(context.path),
      spectrum_(context, params.wavelength, params.spectrum),
      distance_(context, "distance", params.distance, LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      position_(context, "position", params.position, LeafUnit{"um", 1e-6}) {}

Illumination PointSource::illuminate(const Beam& beam) const {
  const at::Tensor wave = spherical_wave(path_, position_.si().cpu(), distance_.si().cpu(), beam);
  return {wave.unsqueeze(0), at::ones({1}, at::kDouble)};
}

}  // namespace parfocal::optics
