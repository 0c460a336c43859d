// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/phase_map.h"

#include <ATen/TensorOperators.h>

#include <numbers>

namespace parfocal::optics {

void PhaseMap::describe(Schema<Params>& s) {
  s.summary("A surface of a phase mask, given by its phase at the design wavelength.");
  s.equation("height = value wavelength / (2 pi (index - index_medium)), value in rad");
  s.convention("A delay is a positive phase.");
  s.block("image", &Params::image).required().doc("The file, in radians, and its preparation.");
  s.key("design_wavelength", &Params::design_wavelength)
      .required()
      .above(Length::from_m(0.0))
      .doc("At which the mask makes these phases, in vacuum.");
}

PhaseMap::PhaseMap(const Params& params, const BuildContext& context)
    : phase_(load_map(params.image, 1.0, context)), wavelength_m_(params.design_wavelength.m()) {}

std::optional<SampledMap> PhaseMap::sampled(double index_step) const {
  return SampledMap{phase_.values * (wavelength_m_ / (2.0 * std::numbers::pi * index_step)),
                    phase_.grid};
}

}  // namespace parfocal::optics
