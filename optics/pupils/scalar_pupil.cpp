// SPDX-License-Identifier: Apache-2.0
#include "optics/pupils/scalar_pupil.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/atan2.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "optics/pupils/zernike.h"
#include "optics/quantities.h"

namespace parfocal::optics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr double kSmallest = 1e-30;  // At the edge of propagation the root has no derivative.

at::Tensor squared_frequency(const MaskPlaneFrequencies& s) {
  return (s.f_y * s.f_y).unsqueeze(1) + s.f_x * s.f_x;
}

/// sqrt(1 - (lambda f / n)^2), 0 beyond.
at::Tensor cosine(const at::Tensor& squared, const at::Tensor& wavelength_m,
                  const at::Tensor& index) {
  const at::Tensor sine = squared * wavelength_m * wavelength_m / (index * index);
  return (1.0 - sine).clamp_min(kSmallest).sqrt();
}

const LeafUnit kIndex{"1", 1.0, Bounds::at_least(1.0)};

/// The angle of the rim must exist, and where the amplitude is 1 / sqrt(cos) it must not graze.
LeafUnit immersion_unit(const ScalarPupil::Params& params) {
  if (params.na < 1.0) return kIndex;
  const bool open = params.apodization == ScalarPupil::Apodization::kSineCondition;
  return {"1", 1.0, open ? Bounds::above(params.na) : Bounds::at_least(params.na)};
}

}  // namespace

void ScalarPupil::Params::describe(Schema<Params>& s) {
  s.summary("The scalar pupil of an objective.");
  s.key("na", &Params::na)
      .required()
      .above(0.0)
      .doc("Numerical aperture; the edge of the pupil is hard, so it cannot be trained.");
  s.key("index_immersion", &Params::index_immersion)
      .at_least(1.0)
      .trainable("1")
      .doc("Refractive index before the objective.");
  s.key("index_sample", &Params::index_sample)
      .at_least(1.0)
      .trainable("1")
      .doc("Refractive index around the emitter.");
  s.key("nominal_focus", &Params::nominal_focus)
      .trainable("um")
      .doc("Travel of the objective into the sample; 0: focus on the coverslip.");
  s.key("noll", &Params::noll).at_least(1).doc("Noll indices of the aberrations.");
  s.key("aberrations", &Params::aberrations)
      .trainable("rad")
      .doc("Their coefficients, rms over the pupil.");
  s.choice("apodization", &Params::apodization,
           {{"none", Apodization::kNone}, {"sine_condition", Apodization::kSineCondition}})
      .doc("Amplitude over the pupil: 1, or 1 / sqrt(cos) of an aplanatic objective.");
  s.check([](const Params& p) -> std::string {
    if (p.na > p.index_immersion) {
      return fmt::format("na = {}: exceeds index_immersion = {}; no such angle exists", p.na,
                         p.index_immersion);
    }
    if (p.apodization == Apodization::kSineCondition && p.na == p.index_immersion) {
      return fmt::format("na = {}: is the index; sine_condition needs an NA below it", p.na);
    }
    if (p.noll.size() != p.aberrations.size()) {
      return fmt::format("aberrations: expected {} values, one for each of noll, got {}",
                         p.noll.size(), p.aberrations.size());
    }
    return "";
  });
}

ScalarPupil::ScalarPupil(const Params& params, const BuildContext& context)
    : params_(params),
      aberrations_(params.noll.empty()
                       ? Trainable()
                       : Trainable(context, "aberrations", si_values(params.aberrations),
                                   at::kDouble, LeafUnit{"rad"})),
      nominal_focus_(context, "nominal_focus", params.nominal_focus, LeafUnit{"um", 1e-6}),
      index_immersion_(context, "index_immersion", params.index_immersion, immersion_unit(params)),
      index_sample_(context, "index_sample", params.index_sample, kIndex) {}

double ScalarPupil::open_na() const {
  return std::min(params_.na, index_sample_.si().item<double>());
}

at::Tensor ScalarPupil::axial_rad_per_m(const MaskPlaneFrequencies& samples,
                                        const at::Tensor& wavelength_m) const {
  const at::Tensor index = index_sample_.si().cpu();
  return cosine(squared_frequency(samples), wavelength_m, index) * index * (kTurn / wavelength_m);
}

at::Tensor ScalarPupil::amplitude(const MaskPlaneFrequencies& samples,
                                  const at::Tensor& wavelength_m) const {
  const at::Tensor squared = squared_frequency(samples);
  const double limit = open_na() / wavelength_m.item<double>();
  const at::Tensor open = (squared <= limit * limit * (1.0 + 1e-12)).to(at::kDouble);
  if (params_.apodization == Apodization::kNone) return open;
  return open * cosine(squared, wavelength_m, index_immersion_.si().cpu()).rsqrt();
}

at::Tensor ScalarPupil::phase(const MaskPlaneFrequencies& samples, const at::Tensor& wavelength_m,
                              const Emitter& emitter) const {
  const at::Tensor squared = squared_frequency(samples);
  const at::Tensor k = kTurn / wavelength_m;
  const at::Tensor open = (amplitude(samples, wavelength_m).detach() > 0.0).to(at::kDouble);
  at::Tensor phase = ((samples.f_y * emitter.y_m).unsqueeze(1) + samples.f_x * emitter.x_m) * kTurn;
  const at::Tensor immersion = index_immersion_.si().cpu();
  phase = phase + axial_rad_per_m(samples, wavelength_m) * emitter.z_m;
  phase =
      phase - cosine(squared, wavelength_m, immersion) * immersion * k * nominal_focus_.si().cpu();
  if (aberrations_.defined()) {
    const at::Tensor rho = squared.clamp_min(kSmallest).sqrt() * wavelength_m / params_.na;
    const at::Tensor theta =
        at::atan2(samples.f_y.unsqueeze(1) + at::zeros_like(samples.f_x).unsqueeze(0),
                  samples.f_x.unsqueeze(0) + at::zeros_like(samples.f_y).unsqueeze(1));
    const at::Tensor coefficients = aberrations_.si().cpu();
    for (std::size_t i = 0; i < params_.noll.size(); ++i) {
      phase = phase + zernike_noll(params_.noll[i], rho, theta) *
                          coefficients[static_cast<std::int64_t>(i)];
    }
  }
  return phase * open;
}

at::Tensor ScalarPupil::at(const MaskPlaneFrequencies& samples, const at::Tensor& wavelength_m,
                           const Emitter& emitter) const {
  const at::Tensor angle = phase(samples, wavelength_m, emitter);
  return at::polar(at::ones_like(angle), angle) * amplitude(samples, wavelength_m);
}

}  // namespace parfocal::optics
