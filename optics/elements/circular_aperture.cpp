// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/circular_aperture.h"

#include <ATen/TensorOperators.h>

namespace parfocal::optics {

void CircularAperture::describe(Schema<Params>& s) {
  s.summary("A circular stop.");
  s.equation("U' = U where |r - centre| <= diameter / 2, else 0");
  s.convention("The edge crosses each sample as a straight line.");
  s.gradient("exact");
  s.key("diameter", &Params::diameter)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Of the opening.");
  s.key("centre", &Params::centre)
      .trainable("um")
      .doc("Of the opening from the optical axis, [y, x].");
  describe_edge(s, &Params::edge);
}

CircularAperture::CircularAperture(const Params& params, const BuildContext& context)
    : path_(context.path),
      edge_(params.edge),
      diameter_(context, "diameter", params.diameter, LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      centre_(context, "centre", params.centre, LeafUnit{"um", 1e-6}) {}

at::Tensor CircularAperture::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("circular_aperture", field, beam);
  check_edge_is_trainable(edge_, path_, "diameter", diameter_);
  check_edge_is_trainable(edge_, path_, "centre", centre_);
  const at::Tensor diameter_m = diameter_.si().to(field.device());
  check_opening_is_resolved(edge_, path_, "diameter", diameter_m.item<double>(), beam.grid);
  const Boundary rim = rim_of_disc(beam.grid, diameter_m, centre_.si().to(field.device()));
  return field * opening(rim, beam.grid, edge_).to(at::toRealValueType(field.scalar_type()));
}

}  // namespace parfocal::optics
