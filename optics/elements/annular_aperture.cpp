// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/annular_aperture.h"

#include <ATen/TensorOperators.h>

#include <utility>

namespace parfocal::optics {

void AnnularAperture::describe(Schema<Params>& s) {
  s.summary("A ring-shaped stop.");
  s.equation("U' = U where inner_diameter / 2 < |r - centre| <= outer_diameter / 2, else 0");
  s.convention("The edge crosses each sample as a straight line.");
  s.gradient("exact");
  for (const auto& [name, member] : {std::pair{"outer_diameter", &Params::outer_diameter},
                                     std::pair{"inner_diameter", &Params::inner_diameter}}) {
    s.key(name, member).required().above(Length::from_m(0.0)).trainable("um").doc("Of the ring.");
  }
  s.key("centre", &Params::centre)
      .trainable("um")
      .doc("Of the opening from the optical axis, [y, x].");
  describe_edge(s, &Params::edge);
  s.check([](const Params& p) -> std::string {
    if (p.inner_diameter < p.outer_diameter) return "";
    return "inner_diameter: expected less than outer_diameter";
  });
}

AnnularAperture::AnnularAperture(const Params& params, const BuildContext& context)
    : path_(context.path),
      edge_(params.edge),
      outer_(context, "outer_diameter", params.outer_diameter,
             LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      inner_(context, "inner_diameter", params.inner_diameter,
             LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      centre_(context, "centre", params.centre, LeafUnit{"um", 1e-6}) {}

at::Tensor AnnularAperture::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("annular_aperture", field, beam);
  check_edge_is_trainable(edge_, path_, "outer_diameter", outer_);
  check_edge_is_trainable(edge_, path_, "inner_diameter", inner_);
  check_edge_is_trainable(edge_, path_, "centre", centre_);
  const at::Tensor inner_m = inner_.si().to(field.device());
  check_opening_is_resolved(edge_, path_, "inner_diameter", inner_m.item<double>(), beam.grid);
  const at::Tensor centre_m = centre_.si().to(field.device());
  const Boundary outer = rim_of_disc(beam.grid, outer_.si().to(field.device()), centre_m);
  const Boundary inner = rim_of_disc(beam.grid, inner_m, centre_m);
  const at::Tensor open = opening(outer, beam.grid, edge_) - opening(inner, beam.grid, edge_);
  return field * open.to(at::toRealValueType(field.scalar_type()));
}

}  // namespace parfocal::optics
