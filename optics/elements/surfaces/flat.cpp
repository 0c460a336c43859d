// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/flat.h"

#include <ATen/TensorOperators.h>

namespace parfocal::optics {

void Flat::describe(Schema<Params>& s) {
  s.summary("A plane surface of a phase mask, the same height everywhere.");
  s.equation("height = constant");
  s.gradient("exact");
  s.key("height", &Params::height).trainable("um").doc("Above the base plane.");
}

Flat::Flat(const Params& params, const BuildContext& context)
    : height_(context, "height", params.height, LeafUnit{"um", 1e-6}) {}

at::Tensor Flat::height_m(const Grid& grid, const SurfaceScale&) const {
  return height_.si().expand({grid.n_y, grid.n_x});
}

}  // namespace parfocal::optics
