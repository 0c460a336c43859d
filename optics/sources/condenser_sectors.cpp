// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/condenser_sectors.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "optics/pupils/object_pupil.h"

namespace parfocal::optics {
namespace {

/// 1 where values > 0, 1/2 where they are 0 to rounding.
at::Tensor step(const at::Tensor& values, double rounding) {
  return (values.gt(rounding).to(at::kDouble) + values.ge(-rounding).to(at::kDouble)) * 0.5;
}

}  // namespace

void CondenserSectors::describe(Schema<Params>& s) {
  s.summary("Sectors of a disc or ring of light, one for each exposure: half discs, quadrants.");
  s.equation(
      "S_j(s) = w(s) [inner_na <= lambda |s| <= na] [|angle(s) - direction_j| <= width / 2]\n"
      "w = 1 (uniform),  w = (1 + lambda s . d_j / na) / 2 (gradient)");
  s.citation(
      "L. Tian, L. Waller, Quantitative differential phase contrast imaging in an LED array "
      "microscope, Opt. Express 23, 11394 (2015)");
  s.convention("Directions of travel, from x (right) towards y (down).");
  s.gradient("nothing to train");
  s.key("na", &Params::na).required().above(0.0).doc("Sine of the largest angle of the light.");
  s.key("inner_na", &Params::inner_na).at_least(0.0).doc("Sine of the smallest; above 0: a ring.");
  s.key("directions", &Params::directions)
      .required()
      .doc("Where the middle of each sector lights to; one exposure each.");
  s.key("width", &Params::width)
      .above(Angle::from_rad(0.0))
      .at_most(Angle::from_rad(2.0 * std::numbers::pi))
      .doc("Angle of a sector; 180 deg: half discs.");
  s.choice("profile", &Params::profile,
           {{"uniform", Profile::kUniform}, {"gradient", Profile::kGradient}})
      .doc("Brightness of the source: even, or rising along the direction of the sector.");
  s.check([](const Params& p) -> std::string {
    if (p.directions.empty()) return "directions: expected one or more";
    return p.inner_na < p.na
               ? ""
               : fmt::format("inner_na = {}: expected below na = {}", p.inner_na, p.na);
  });
}

at::Tensor CondenserSectors::patterns(const at::Tensor& s_y, const at::Tensor& s_x,
                                      double wavelength_m) const {
  const double limit = params_.na / wavelength_m, inner = params_.inner_na / wavelength_m;
  at::Tensor disc = frequency_disc(s_y, s_x, limit);
  if (inner > 0.0) disc = disc * (1.0 - frequency_disc(s_y, s_x, inner * (1.0 - 1e-9)));
  const double half = 0.5 * params_.width.rad(), rounding = 1e-9 * limit;
  const bool whole = half >= std::numbers::pi * (1.0 - 1e-12);
  std::vector<at::Tensor> all;
  for (const Angle& direction : params_.directions) {
    // Signed distances from both edges of the sector, positive inside.
    const auto edge = [&](double angle, double sign) {
      return step((s_y.unsqueeze(1) * std::cos(angle) - s_x * std::sin(angle)) * sign, rounding);
    };
    const at::Tensor from = edge(direction.rad() - half, 1.0),
                     to = edge(direction.rad() + half, -1.0);
    // A sector up to 180 degrees is where both hold, a wider one where either does.
    const bool wide = half > 0.5 * std::numbers::pi * (1.0 + 1e-12);
    const bool straight = !wide && half > 0.5 * std::numbers::pi * (1.0 - 1e-12);
    at::Tensor pattern = whole      ? at::ones_like(from)
                         : straight ? from
                         : wide     ? 1.0 - (1.0 - from) * (1.0 - to)
                                    : from * to;
    if (params_.profile == Profile::kGradient) {
      const at::Tensor along =
          s_y.unsqueeze(1) * std::sin(direction.rad()) + s_x * std::cos(direction.rad());
      pattern = pattern * (1.0 + along / limit) * 0.5;
    }
    all.push_back(pattern * disc);
  }
  return at::stack(all);
}

}  // namespace parfocal::optics
