// SPDX-License-Identifier: Apache-2.0
#include "optics/pupils/object_pupil.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/atan2.h>
#include <ATen/ops/polar.h>
#include <fmt/format.h>

#include <numbers>

#include "optics/pupils/zernike.h"
#include "optics/quantities.h"

namespace parfocal::optics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

at::Tensor squared_frequency(const at::Tensor& f_y, const at::Tensor& f_x) {
  return (f_y * f_y).unsqueeze(1) + f_x * f_x;
}

}  // namespace

at::Tensor frequency_disc(const at::Tensor& f_y, const at::Tensor& f_x, double limit_per_m) {
  return squared_frequency(f_y, f_x).le(limit_per_m * limit_per_m * (1.0 + 1e-12)).to(at::kDouble);
}

void ObjectPupil::Params::describe(Schema<Params>& s) {
  s.summary("The scalar pupil of a microscope over object frequencies.");
  s.key("na", &Params::na)
      .required()
      .above(0.0)
      .doc("Numerical aperture; the edge of the pupil is hard, so it cannot be trained.");
  s.key("index", &Params::index).at_least(1.0).doc("Refractive index around the object.");
  s.key("defocus", &Params::defocus)
      .trainable("um")
      .doc("Where in the object the plane in focus lies, along the light.");
  s.key("noll", &Params::noll).at_least(1).doc("Noll indices of the aberrations.");
  s.key("aberrations", &Params::aberrations)
      .trainable("rad")
      .doc("Their coefficients, rms over the pupil.");
  s.check([](const Params& p) -> std::string {
    if (p.na > p.index) {
      return fmt::format("na = {}: exceeds index = {}; no such angle exists", p.na, p.index);
    }
    if (p.noll.size() != p.aberrations.size()) {
      return fmt::format("aberrations: expected {} values, one for each of noll, got {}",
                         p.noll.size(), p.aberrations.size());
    }
    return "";
  });
}

ObjectPupil::ObjectPupil(const Params& params, const BuildContext& context)
    : params_(params),
      defocus_(context, "defocus", params.defocus, LeafUnit{"um", 1e-6}),
      aberrations_(params.noll.empty()
                       ? Trainable()
                       : Trainable(context, "aberrations", si_values(params.aberrations),
                                   at::kDouble, LeafUnit{"rad"})) {}

at::Tensor ObjectPupil::at(const at::Tensor& f_y, const at::Tensor& f_x,
                           double wavelength_m) const {
  const at::Tensor open = frequency_disc(f_y, f_x, params_.na / wavelength_m);
  const at::Tensor squared = squared_frequency(f_y, f_x) * open;
  const double squared_index = params_.index * params_.index;
  const at::Tensor sine = squared * (wavelength_m * wavelength_m / squared_index);
  // kz - k without the cancellation of sqrt(1 - s) - 1.
  const at::Tensor along =
      sine / ((1.0 - sine).clamp_min(0.0).sqrt() + 1.0) * (-kTurn * params_.index / wavelength_m);
  at::Tensor phase = along * defocus_.si().cpu();
  if (aberrations_.defined()) {
    const at::Tensor rho = squared.sqrt() * (wavelength_m / params_.na);
    const at::Tensor theta = at::atan2(f_y.unsqueeze(1).expand_as(rho), f_x.expand_as(rho));
    const at::Tensor coefficients = aberrations_.si().cpu();
    for (std::size_t i = 0; i < params_.noll.size(); ++i) {
      phase = phase + zernike_noll(params_.noll[i], rho, theta) *
                          coefficients[static_cast<std::int64_t>(i)];
    }
  }
  return at::polar(open, phase * open);
}

}  // namespace parfocal::optics
