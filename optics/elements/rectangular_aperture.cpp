// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/rectangular_aperture.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

namespace parfocal::optics {

void RectangularAperture::describe(Schema<Params>& s) {
  s.summary("A rectangular stop.");
  s.equation("U' = U where |y - centre_y| <= size_y / 2 and |x - centre_x| <= size_x / 2, else 0");
  s.convention("The edge crosses each sample as a straight line.");
  s.gradient("exact");
  s.key("size", &Params::size)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Of the opening, [y, x].");
  s.key("centre", &Params::centre)
      .trainable("um")
      .doc("Of the opening from the optical axis, [y, x].");
  describe_edge(s, &Params::edge);
}

RectangularAperture::RectangularAperture(const Params& params, const BuildContext& context)
    : path_(context.path),
      edge_(params.edge),
      size_(context, "size", params.size, LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      centre_(context, "centre", params.centre, LeafUnit{"um", 1e-6}) {}

at::Tensor RectangularAperture::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("rectangular_aperture", field, beam);
  check_edge_is_trainable(edge_, path_, "size", size_);
  check_edge_is_trainable(edge_, path_, "centre", centre_);
  const at::Tensor size_m = size_.si().to(field.device());
  const at::Tensor centre_m = centre_.si().to(field.device());
  check_opening_is_resolved(edge_, path_, "size", size_m.min().item<double>(), beam.grid);
  const at::Tensor one = at::ones_like(size_m[0]), zero = at::zeros_like(one);
  const at::Tensor open = strip(beam.grid, one, zero, centre_m, size_m[0], edge_) *
                          strip(beam.grid, zero, one, centre_m, size_m[1], edge_);
  return field * open.to(at::toRealValueType(field.scalar_type()));
}

}  // namespace parfocal::optics
