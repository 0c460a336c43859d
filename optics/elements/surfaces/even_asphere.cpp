// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/even_asphere.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>

#include "optics/elements/surfaces/unit_disc.h"
#include "optics/quantities.h"

namespace parfocal::optics {

void EvenAsphere::describe(Schema<Params>& s) {
  s.summary("A rotationally symmetric polynomial surface of a phase mask.");
  s.equation("phase = sum_j a_j (r / R)^(2 j),  j = 1, 2, ...,  R = diameter / 2");
  s.citation("ISO 10110-12:2019, aspheric terms of even power");
  s.convention("Beyond R the surface keeps its rim.");
  s.gradient("exact");
  s.key("coefficients", &Params::coefficients)
      .required()
      .trainable("rad")
      .doc("a_1, a_2, ... at the design wavelength.");
  s.key("diameter", &Params::diameter)
      .above(Length::from_m(0.0))
      .doc("2 R; the shorter side of the field if absent.");
  s.check([](const Params& p) -> std::string {
    return p.coefficients.empty() ? "coefficients: expected at least one" : "";
  });
}

EvenAsphere::EvenAsphere(const Params& params, const BuildContext& context)
    : diameter_(params.diameter),
      coefficients_(context, "coefficients", si_values(params.coefficients), at::kDouble,
                    LeafUnit{"rad"}) {}

at::Tensor EvenAsphere::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor a = coefficients_.si() * scale.m_per_rad();
  const at::Tensor squared = UnitDisc(grid, diameter_).radius().square().to(a.device());
  at::Tensor sum = at::zeros_like(squared);
  for (std::int64_t j = a.size(0) - 1; j >= 0; --j) sum = (sum + a[j]) * squared;
  return sum;
}

}  // namespace parfocal::optics
