// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/pupil_psf.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/real.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "optics/length_text.h"
#include "optics/phase_sampling.h"
#include "optics/plane.h"
#include "optics/propagation/fourier_sum.h"
#include "optics/psf/fine_grid.h"
#include "optics/quantities.h"

namespace parfocal::optics {
namespace {

// Near the critical angle of an index step the phase is steeper than any samples.
constexpr double kToleratedShare = 1e-2;

/// Frequencies inside the aperture, a multiple of 1 / (n pitch) each.
at::Tensor frequencies(std::int64_t n, double pitch_m, double limit_per_m) {
  const double step = 1.0 / (static_cast<double>(n) * pitch_m);
  const auto reach = std::min(
      static_cast<std::int64_t>(std::floor(limit_per_m / step * (1.0 + 1e-12))), (n - 1) / 2);
  return (at::arange(2 * reach + 1, at::kDouble) - static_cast<double>(reach)) * step;
}

}  // namespace

void PupilPsf::describe(Schema<Params>& s) {
  s.summary("PSFs of an objective from its scalar pupil, one plane for each depth.");
  s.equation(
      "E(r) = sum P(f) exp(-i 2 pi f r),  psf = |E|^2 / (N sum |P_ref|^2)\n"
      "P = A exp i(sum c_j Z_j + 2 pi f r0 + k_w cos_w z - k_o cos_o nominal_focus),  |f| <= na / "
      "wavelength");
  s.citation("S. F. Gibson and F. Lanni, J. Opt. Soc. Am. A 8, 1601, 1991");
  s.citation("R. J. Noll, J. Opt. Soc. Am. 66, 207, 1976");
  s.citation("R. Soummer et al., Opt. Express 15, 15935, 2007 (matrix transform)");
  s.convention(
      "Fraction of the light that enters the pupil; z > 0 into the sample; an emitter at +x lies "
      "at "
      "+x.");
  s.gradient("exact");
  s.block("pupil", &Params::pupil).required().doc("The objective.");
  s.key("wavelength", &Params::wavelength)
      .required()
      .above(Length::from_m(0.0))
      .doc("Of the light, in vacuum; several, at one depth, give one channel each.");
  s.key("size", &Params::size).required().at_least(1).doc("Pixels of the window, [y, x].");
  s.key("pitch", &Params::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Pitch of the pixels in the sample, [y, x].");
  s.key("z", &Params::z)
      .trainable("um")
      .doc("Depths of the emitter behind the coverslip, one plane each.");
  s.key("position", &Params::position)
      .trainable("um")
      .doc("Lateral position of the emitter from the axis, [y, x].");
  s.key("oversampling", &Params::oversampling)
      .at_least(1)
      .at_most(32)
      .doc("Samples per pixel and axis that are summed.");
  s.key("padding", &Params::padding)
      .at_least(1)
      .at_most(32)
      .doc("Period of the transform over the window; more resolves steeper pupil phases.");
  s.choice("method", &Params::method, {{"fft", Method::kFft}, {"matrix_dft", Method::kMatrixDft}})
      .doc("How the transform is computed; both give the same numbers.");
  s.check([](const Params& p) -> std::string {
    if (p.z.empty()) return "z: expected at least one depth";
    if (p.wavelength.empty()) return "wavelength: expected at least one";
    return p.z.size() > 1 && p.wavelength.size() > 1
               ? "wavelength: expected one where there are several depths z"
               : "";
  });
}

PupilPsf::PupilPsf(const Params& params, const BuildContext& context)
    : path_(context.path),
      pupil_(params.pupil, context.child("pupil")),
      pixels_(
          Grid::centred(params.size[0], params.size[1], params.pitch[0].m(), params.pitch[1].m())),
      fine_(fine_grid(pixels_, params.oversampling)),
      n_y_(good_fft_size(fine_.n_y * params.padding)),
      n_x_(good_fft_size(fine_.n_x * params.padding)),
      oversampling_(params.oversampling),
      method_(params.method),
      position_(context, "position", params.position, LeafUnit{"um", 1e-6}),
      z_(context, "z", si_values(params.z), at::kDouble, LeafUnit{"um", 1e-6}),
      dtype_(context.dtype),
      device_(context.device) {
  for (const Length& wavelength : params.wavelength) {
    check_sampling(params.pupil.na, wavelength.m());
    wavelengths_m_.push_back(at::scalar_tensor(wavelength.m(), at::kDouble));
  }
}

std::vector<double> PupilPsf::planes_m() const {
  if (wavelengths_m_.size() > 1) return {};
  return numbers_of(z_.si());
}

void PupilPsf::check_sampling(double na, double wavelength_m) const {
  const double limit = 0.25 * wavelength_m / na;
  const double pitch = std::max(fine_.pitch_y_m, fine_.pitch_x_m);
  if (pitch <= limit * (1.0 + 1e-9)) return;
  throw SamplingError(fmt::format(
      "{}: samples {} apart are too coarse for na = {} at {}: at most {}; take a finer pitch or "
      "more oversampling",
      path_, length_text(pitch), na, length_text(wavelength_m), length_text(limit)));
}

MaskPlaneFrequencies PupilPsf::samples(const at::Tensor& wavelength_m) const {
  const double limit = pupil_.na() / wavelength_m.item<double>();
  return {frequencies(n_y_, fine_.pitch_y_m, limit), frequencies(n_x_, fine_.pitch_x_m, limit)};
}

void PupilPsf::check_phase(const MaskPlaneFrequencies& samples, const at::Tensor& wavelength_m,
                           const Emitter& emitter) const {
  const at::NoGradGuard no_grad;
  const at::Tensor phase = pupil_.phase(samples, wavelength_m, emitter);
  const at::Tensor power = pupil_.amplitude(samples, wavelength_m).square();
  for (const std::int64_t axis : {0, 1}) {
    const PhaseSteps steps = phase_steps(phase, power, axis);
    if (!(steps.aliased > kToleratedShare)) continue;
    throw SamplingError(fmt::format(
        "{}: the phase of the pupil turns by up to {:.3g} rad between two samples, at most pi, for "
        "{:.2g} % of the light at z = {}: it spreads beyond the period of {} x {} samples; take a "
        "larger window or padding",
        path_, steps.largest, 100.0 * steps.aliased, length_text(emitter.z_m.item<double>()), n_y_,
        n_x_));
  }
}

at::Tensor PupilPsf::field(const at::Tensor& pupil, const MaskPlaneFrequencies& samples) const {
  const std::int64_t m_y = samples.f_y.size(0), m_x = samples.f_x.size(0);
  if (method_ == Method::kFft) {
    const at::Tensor padded = pad_centred(pupil, n_y_, n_x_);
    const auto axis = [](std::int64_t n, std::int64_t m, double origin, std::int64_t window) {
      const auto zero = static_cast<double>((n - m) / 2 + m / 2);
      const double lead = std::floor(0.5 * static_cast<double>(n - window));
      return FourierAxis{n, n, zero, origin + lead,
                         at::scalar_tensor(1.0 / static_cast<double>(n), at::kDouble)};
    };
    const FourierSum sum("pupil_psf", axis(n_y_, m_y, fine_.origin_y, fine_.n_y),
                         axis(n_x_, m_x, fine_.origin_x, fine_.n_x), FourierMethod::kFft, {}, {},
                         at::kComplexDouble);
    return crop_centred(sum.forward(padded), fine_.n_y, fine_.n_x);
  }
  const auto axis = [](std::int64_t n, std::int64_t m, double origin, std::int64_t window) {
    return FourierAxis{m, window, static_cast<double>(m / 2), origin,
                       at::scalar_tensor(1.0 / static_cast<double>(n), at::kDouble)};
  };
  const FourierSum sum("pupil_psf", axis(n_y_, m_y, fine_.origin_y, fine_.n_y),
                       axis(n_x_, m_x, fine_.origin_x, fine_.n_x), FourierMethod::kMatrix, {}, {},
                       at::kComplexDouble);
  return sum.forward(pupil);
}

at::Tensor PupilPsf::plane(const at::Tensor& wavelength_m, const at::Tensor& z_m) const {
  const MaskPlaneFrequencies samples = this->samples(wavelength_m);
  const at::Tensor position = position_.si().cpu();
  const Emitter emitter{position[0], position[1], z_m};
  check_phase(samples, wavelength_m, emitter);
  const at::Tensor e = field(pupil_.at(samples, wavelength_m, emitter), samples);
  const at::Tensor entering = pupil_.amplitude(samples, wavelength_m).square().sum();
  return at::real(e * e.conj()) /
         (entering * (static_cast<double>(n_y_) * static_cast<double>(n_x_)));
}

at::Tensor PupilPsf::psf() const {
  const at::Tensor z = z_.si().cpu();
  std::vector<at::Tensor> planes;
  for (const at::Tensor& wavelength_m : wavelengths_m_) {
    for (std::int64_t i = 0; i < z.size(0); ++i) planes.push_back(plane(wavelength_m, z[i]));
  }
  const at::Tensor fine = at::stack(planes);
  const std::int64_t o = oversampling_;
  const at::Tensor pixels =
      fine.reshape({fine.size(0), pixels_.n_y, o, pixels_.n_x, o}).sum({2, 4});
  return pixels.to(device_, dtype_);
}

}  // namespace parfocal::optics
