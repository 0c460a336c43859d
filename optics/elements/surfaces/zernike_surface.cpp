// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/zernike_surface.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/atan2.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include "optics/elements/surfaces/unit_disc.h"
#include "optics/pupils/zernike.h"
#include "optics/quantities.h"

namespace parfocal::optics {

void ZernikeSurface::describe(Schema<Params>& s) {
  s.summary("A surface of a phase mask as a sum of Zernike polynomials.");
  s.equation("phase = sum_j c_j Z_j(r / R, theta),  R = diameter / 2");
  s.citation("R. J. Noll, J. Opt. Soc. Am. 66, 207, 1976");
  s.convention("Noll index, coefficients in rad rms; beyond R the surface keeps its rim.");
  s.gradient("exact");
  s.key("noll", &Params::noll).required().at_least(1).doc("Noll indices of the terms.");
  s.key("coefficients", &Params::coefficients)
      .required()
      .trainable("rad")
      .doc("One for each index, at the design wavelength.");
  s.key("diameter", &Params::diameter)
      .above(Length::from_m(0.0))
      .doc("2 R; the shorter side of the field if absent.");
  s.check([](const Params& p) -> std::string {
    if (!p.noll.empty() && p.noll.size() == p.coefficients.size()) return "";
    return fmt::format("coefficients: expected one for each of noll, {}, got {}", p.noll.size(),
                       p.coefficients.size());
  });
}

ZernikeSurface::ZernikeSurface(const Params& params, const BuildContext& context)
    : noll_(params.noll),
      diameter_(params.diameter),
      coefficients_(context, "coefficients", si_values(params.coefficients), at::kDouble,
                    LeafUnit{"rad"}) {}

at::Tensor ZernikeSurface::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const UnitDisc disc(grid, diameter_);
  const at::Tensor rho = disc.radius();
  const at::Tensor theta = at::atan2(disc.y + at::zeros_like(disc.x), disc.x);
  const at::Tensor c = coefficients_.si() * scale.m_per_rad();
  at::Tensor sum = at::zeros_like(rho).to(c.device());
  for (std::size_t i = 0; i < noll_.size(); ++i) {
    sum = sum + zernike_noll(noll_[i], rho, theta).to(c.device()) * c[static_cast<std::int64_t>(i)];
  }
  return sum;
}

}  // namespace parfocal::optics
