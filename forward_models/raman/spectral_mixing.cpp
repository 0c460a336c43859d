// SPDX-License-Identifier: Apache-2.0
#include "forward_models/raman/spectral_mixing.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/fft_irfft.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/fft_rfftfreq.h>
#include <ATen/ops/linalg_matrix_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::raman {
namespace {

constexpr double kPi = std::numbers::pi;

/// The distance of the channels, or 0 where they are not even to a thousandth of it.
double even_step(const std::vector<double>& axis) {
  const double step = (axis.back() - axis.front()) / static_cast<double>(axis.size() - 1);
  for (std::size_t i = 1; i < axis.size(); ++i) {
    if (std::abs(axis[i] - axis[i - 1] - step) > 1e-3 * step) return 0.0;
  }
  return step;
}

/// The cubic B-spline around 0 with knots at distance 1.
double cubic_spline(double u) {
  const double a = std::abs(u);
  if (a < 1) return 2.0 / 3 - a * a + a * a * a / 2;
  return a < 2 ? (2 - a) * (2 - a) * (2 - a) / 6 : 0.0;
}

/// `count` splines over the axis, each of sum 1, [channel, count].
at::Tensor splines(const std::vector<double>& axis, std::int64_t count) {
  const auto n = static_cast<std::int64_t>(axis.size());
  at::Tensor columns = at::zeros({n, count}, at::kDouble);
  const double knots = std::max<double>(1.0, static_cast<double>(count) - 3);
  for (std::int64_t j = 0; j < n; ++j) {
    const double u =
        knots * (axis[static_cast<std::size_t>(j)] - axis.front()) / (axis.back() - axis.front());
    for (std::int64_t q = 0; q < count; ++q) {
      columns[j][q] = cubic_spline(u - static_cast<double>(q) + 1);
    }
  }
  return columns / columns.sum(0, true).clamp_min(1e-300);
}

}  // namespace

void SpectralMixing::describe(Schema<Params>& s) {
  s.summary("A map of spectra: at every point a mixture of known spectra and a slow background.");
  s.equation("y_j = t sum_k M_jk (B * c_k),  M = [ (h * s_k)(nu_j + delta), b_q(nu_j) ]");
  s.citation("R. L. McCreery, Raman Spectroscopy for Chemical Analysis, 2000, ch. 3");
  s.convention("Spectra have sum 1 over channels; channels ascend in Raman shift.");
  s.gradient("exact");
  s.block("references", &Params::references).required().doc("The known spectra.");
  s.key("size", &Params::size).required().at_least(1).doc("Points of the map, [y, x].");
  s.key("blur", &Params::blur)
      .at_least(0.0)
      .doc("Standard deviation of the spot over the points, in points.");
  s.key("line_width", &Params::line_width)
      .at_least(RamanShift{})
      .trainable("1/cm")
      .doc("Standard deviation of the instrument's line beyond that of the known spectra.");
  s.key("axis_shift", &Params::axis_shift)
      .trainable("1/cm")
      .doc("delta: true Raman shift less that of the axis.");
  s.key("transmission", &Params::transmission)
      .above(0.0)
      .trainable("1")
      .doc("t: signal per light of the object.");
  s.key("background", &Params::background)
      .at_least(0)
      .at_most(64)
      .doc("B-splines of the background, further channels of the object.");
  s.check([](const Params& p) {
    return p.background == 0 || p.background >= 4 ? "" : "background: expected 0 or at least 4";
  });
}

SpectralMixing::SpectralMixing(const Params& params, const BuildContext& context)
    : SpectralMixing(load_references(params.references, context, "references"), params, context) {}

SpectralMixing::SpectralMixing(const LoadedReferences& references, const Params& params,
                               const BuildContext& context)
    : size_(params.size),
      dtype_(context.dtype),
      device_(context.device),
      references_(references.matrix),
      species_(references.names),
      shift_per_m_(references.shift_per_m),
      step_per_m_(even_step(references.shift_per_m)),
      line_width_(context, "line_width", params.line_width, {"1/cm", 100.0, Bounds::at_least(0.0)}),
      axis_shift_(context, "axis_shift", params.axis_shift, {"1/cm", 100.0}),
      transmission_(context, "transmission", params.transmission, {"1", 1.0, Bounds::above(0.0)}) {
  if (params.background > 0) {
    background_ = splines(shift_per_m_, params.background);
    for (std::int64_t q = 0; q < params.background; ++q) {
      species_.push_back("background_" + std::to_string(q + 1));
    }
  }
  if (params.blur > 0) {
    const double reach = 2 * kPi * kPi * params.blur * params.blur;
    const at::Tensor y = fft_frequencies_per_m(size_[0], 1.0).square().unsqueeze(1);
    const at::Tensor x = rfft_frequencies_per_m(size_[1], 1.0).square();
    blur_transfer_ = at::exp((y + x) * -reach).to(device_, dtype_);
  }
  const bool still = params.line_width.per_m() == 0 && params.axis_shift.per_m() == 0;
  if (step_per_m_ == 0 && !still) {
    throw UsageError(context.path +
                     ": line_width and axis_shift need channels at even distance; resample the "
                     "spectra, or set both to 0");
  }
  moves_ = step_per_m_ > 0;
  refresh();
}

/// Spectra with line shape and axis error, [channel, species]; the same where neither acts.
at::Tensor SpectralMixing::moved_spectra() const {
  if (!moves_) return references_;
  const std::int64_t n = references_.size(0);
  const at::Tensor mirrored = at::cat({references_, references_.flip({0})}, 0);
  const at::Tensor f = at::fft_rfftfreq(2 * n, 1.0, at::kDouble).unsqueeze(1) * (2 * kPi);
  const at::Tensor width = line_width_.si() / step_per_m_, shift = axis_shift_.si() / step_per_m_;
  const at::Tensor damping = at::exp((f * width).square() * -0.5);
  // The highest frequency has no sign, so that only its even part moves.
  const at::Tensor angle = f * shift;
  const at::Tensor gain = at::complex(damping * angle.cos(), damping * angle.sin());
  const at::Tensor moved = at::fft_irfft(at::fft_rfft(mirrored, std::nullopt, 0) * gain, 2 * n, 0);
  return moved.narrow(0, 0, n);
}

void SpectralMixing::refresh() {
  at::Tensor m = moved_spectra();
  if (background_.defined()) m = at::cat({m, background_}, 1);
  mixing_ = (m * transmission_.si()).to(device_, dtype_);
  const at::NoGradGuard no_grad;
  norm_bound_ = at::linalg_matrix_norm(mixing_.to(at::kDouble), 2).item<double>() * (1 + 1e-12);
}

Shape SpectralMixing::domain() const { return {mixing_.size(1), size_[0], size_[1]}; }

Shape SpectralMixing::range() const { return {mixing_.size(0), size_[0], size_[1]}; }

std::vector<Unknown> SpectralMixing::unknowns() const {
  std::vector<Unknown> found;
  for (const std::string& name : species_) found.push_back({name, "1"});
  return found;
}

at::Tensor SpectralMixing::transfer() const {
  const at::Tensor one = blur_transfer_.defined()
                             ? blur_transfer_
                             : at::ones({size_[0], size_[1] / 2 + 1}, mixing_.options());
  const at::Tensor real = mixing_.unsqueeze(-1).unsqueeze(-1) * one;
  return at::complex(real, at::zeros_like(real)).unsqueeze(0);
}

at::Tensor SpectralMixing::blurred(const at::Tensor& x) const {
  if (!blur_transfer_.defined()) return x;
  return irfft2(rfft2(x) * blur_transfer_, size_[0], size_[1]);
}

at::Tensor SpectralMixing::forward(const at::Tensor& c) const {
  check_trailing("spectral_mixing, c", c, dtype_, domain(), device_);
  return at::einsum("jk,...kyx->...jyx", {mixing_, blurred(c)});
}

at::Tensor SpectralMixing::adjoint(const at::Tensor& y) const {
  check_trailing("spectral_mixing, y", y, dtype_, range(), device_);
  return blurred(at::einsum("jk,...jyx->...kyx", {mixing_, y}));
}

}  // namespace parfocal::raman
