// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/phase_mask.h"

#include <ATen/TensorOperators.h>

#include "optics/elements/thin_phase.h"
#include "optics/phase_sampling.h"

namespace parfocal::optics {
namespace {

const LeafUnit kHeightUnit{"um", 1e-6};
constexpr double kIndexOutside = 1.0;

MaskMap height_of(const std::shared_ptr<Surface>& surface, double index,
                  const BuildContext& context) {
  const double index_step = index - kIndexOutside;
  if (const auto sampled = surface->sampled(index_step)) {
    return {context, "height", kHeightUnit, *sampled};
  }
  return {context, "height", kHeightUnit,
          [surface, index_step](const Grid& grid) { return surface->height_m(grid, index_step); }};
}

}  // namespace

void PhaseMask::describe(Schema<Params>& s) {
  s.summary("A thin transparent mask: a height map of one material in air.");
  s.equation("U' = U exp(i phi),  phi = 2 pi (index - index_medium) height / wavelength");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 5-1");
  s.convention("Material delays, a delay is a positive phase.");
  s.gradient("exact");
  s.component("surface", &Params::surface, "surface")
      .required()
      .trainable("um")
      .doc("Where the heights come from; their leaf is PATH.height.");
  s.key("index", &Params::index).above(1.0).doc("Refractive index of the material.");
}

PhaseMask::PhaseMask(const Params& params, const BuildContext& context)
    : path_(context.path),
      surface_(build<Surface>(params.surface, context.child("surface"))),
      index_(params.index),
      height_(height_of(surface_, index_, context)) {}

at::Tensor PhaseMask::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("phase_mask", field, beam);
  const at::Tensor phase = thin_phase(height_.on(beam.grid, field.device()), index_, beam);
  if (surface_->is_smooth()) {
    const at::Tensor power =
        field.detach().abs().square().reshape({-1, field.size(-2), field.size(-1)});
    check_phase_sampling(path_, phase, power.sum(0), beam.grid);
  }
  return delayed(field, phase);
}

}  // namespace parfocal::optics
