// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/pupil_psf.h"

#include <ATen/TensorOperators.h>
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
#include "optics/plane.h"
#include "optics/propagation/fourier_sum.h"
#include "optics/psf/fine_grid.h"

namespace parfocal::optics {
namespace {

/// Frequencies inside the aperture, a multiple of 1 / (n pitch) each.
at::Tensor frequencies(std::int64_t n, double pitch_m, double limit_per_m) {
  const double step = 1.0 / (static_cast<double>(n) * pitch_m);
  const auto reach = std::min(
      static_cast<std::int64_t>(std::floor(limit_per_m / step * (1.0 + 1e-12))), (n - 1) / 2);
  return (at::arange(2 * reach + 1, at::kDouble) - static_cast<double>(reach)) * step;
}

double largest_step(const at::Tensor& phase, const at::Tensor& open, std::int64_t dim) {
  const std::int64_t n = phase.size(dim);
  if (n < 2) return 0.0;
  const at::Tensor both = open.narrow(dim, 1, n - 1) * open.narrow(dim, 0, n - 1);
  const at::Tensor step = phase.narrow(dim, 1, n - 1) - phase.narrow(dim, 0, n - 1);
  return (step.abs() * both).max().item<double>();
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
      .doc("Of the light, in vacuum.");
  s.key("size", &Params::size).required().at_least(1).doc("Pixels of the window, [y, x].");
  s.key("pitch", &Params::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Pitch of the pixels in the sample, [y, x].");
  s.key("z", &Params::z).doc("Depths of the emitter behind the coverslip, one plane each.");
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
    return p.z.empty() ? "z: expected at least one depth" : "";
  });
}

PupilPsf::PupilPsf(const Params& params, const BuildContext& context)
    : path_(context.path),
      pupil_(params.pupil, context.child("pupil")),
      wavelength_m_(at::scalar_tensor(params.wavelength.m(), at::kDouble)),
      pixels_(
          Grid::centred(params.size[0], params.size[1], params.pitch[0].m(), params.pitch[1].m())),
      fine_(fine_grid(pixels_, params.oversampling)),
      n_y_(good_fft_size(fine_.n_y * params.padding)),
      n_x_(good_fft_size(fine_.n_x * params.padding)),
      oversampling_(params.oversampling),
      method_(params.method),
      position_(context, "position", params.position, LeafUnit{"um", 1e-6}),
      dtype_(context.dtype),
      device_(context.device) {
  for (const Length& z : params.z) z_m_.push_back(z.m());
  check_sampling(params.pupil.na, params.wavelength.m());
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

MaskPlaneFrequencies PupilPsf::samples() const {
  const double limit = pupil_.na() / wavelength_m_.item<double>();
  return {frequencies(n_y_, fine_.pitch_y_m, limit), frequencies(n_x_, fine_.pitch_x_m, limit)};
}

void PupilPsf::check_phase(const MaskPlaneFrequencies& samples, const Emitter& emitter) const {
  const at::Tensor phase = pupil_.phase(samples, wavelength_m_, emitter).detach();
  const at::Tensor open = pupil_.amplitude(samples, wavelength_m_).detach() > 0.0;
  const double step = std::max(largest_step(phase, open, 0), largest_step(phase, open, 1));
  if (step <= std::numbers::pi) return;
  throw SamplingError(fmt::format(
      "{}: the phase of the pupil turns by {:.3g} rad between two samples at z = {}, at most pi: "
      "the light spreads beyond the period of {} x {} samples; take a larger window or padding",
      path_, step, length_text(emitter.z_m.item<double>()), n_y_, n_x_));
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

at::Tensor PupilPsf::psf() const {
  const MaskPlaneFrequencies samples = this->samples();
  const at::Tensor position = position_.si().cpu();
  std::vector<at::Tensor> planes;
  for (const double z : z_m_) {
    const Emitter emitter{position[0], position[1], at::scalar_tensor(z, at::kDouble)};
    check_phase(samples, emitter);
    const at::Tensor pupil = pupil_.at(samples, wavelength_m_, emitter);
    const at::Tensor e = field(pupil, samples);
    planes.push_back(at::real(e * e.conj()));
  }
  const double entering = pupil_.entering(samples, wavelength_m_).sum().item<double>();
  const at::Tensor fine =
      at::stack(planes) / (entering * static_cast<double>(n_y_) * static_cast<double>(n_x_));
  const std::int64_t o = oversampling_;
  const at::Tensor pixels =
      fine.reshape({fine.size(0), pixels_.n_y, o, pixels_.n_x, o}).sum({2, 4});
  return pixels.to(device_, dtype_);
}

}  // namespace parfocal::optics
