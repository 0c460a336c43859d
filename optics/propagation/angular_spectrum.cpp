// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/angular_spectrum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "optics/length_text.h"

namespace parfocal::optics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr double kSmallest = 1e-30;  // On the circle of evanescence the root has no derivative.

/// Direction cosines of the plane waves of a spectrum, and sqrt(|1 - c^2|).
struct Directions {
  at::Tensor y, x, squared, root;
};

Directions directions_of(const Gap& gap, const Frequencies& f,
                         const AngularSpectrumOptions& options) {
  Directions c;
  c.y = (f.y + options.carrier_per_m[0]) * gap.wavelength_m;
  c.x = (f.x + options.carrier_per_m[1]) * gap.wavelength_m;
  c.squared = c.y * c.y + c.x * c.x;
  c.root = (1.0 - c.squared).abs().clamp_min(kSmallest).sqrt();
  return c;
}

/// Where one axis of (2) holds.
at::Tensor axis_kept(const at::Tensor& cosine, const at::Tensor& root, double z_m, double offset_m,
                     double half_width_m) {
  const at::Tensor reach = cosine * z_m / root;
  return (reach.nan_to_num(0.0) - offset_m).abs() <= half_width_m * (1.0 + 1e-12);
}

/// The largest |z| that (2) allows at every frequency, for a window on the axis.
double limit_m(const Directions& c, double half_y_m, double half_x_m) {
  const at::Tensor smaller =
      at::minimum(c.root * half_y_m / c.y.abs(), c.root * half_x_m / c.x.abs());
  // 0 / 0 on the circle of evanescence is the limit 0 of the other axis.
  return smaller.nan_to_num(0.0, std::numeric_limits<double>::infinity()).min().item<double>();
}

at::Tensor transfer_of(const Gap& gap, const Frequencies& f, const Directions& c,
                       const AngularSpectrumOptions& options) {
  const at::Tensor k = kTurn / gap.wavelength_m;
  const at::Tensor evanescent = c.squared > 1.0;
  const at::Tensor decay = at::where(evanescent, c.root, at::zeros_like(c.root));
  const at::Tensor delay =
      at::where(evanescent, at::ones_like(c.squared), c.squared / (1.0 + c.root));
  at::Tensor phase = delay * gap.distance_m * -k;
  if (options.offset_m != std::array{0.0, 0.0}) {
    phase = phase + (f.y * options.offset_m[0] + f.x * options.offset_m[1]) * kTurn;
  }
  return at::polar((decay * gap.distance_m.abs() * -k).exp(), phase);
}

std::string alias_text(const Gap& gap, const Directions& c, double half_y_m, double half_x_m,
                       const AngularSpectrumOptions& options, const std::string& padded) {
  const bool on_axis = options.offset_m == std::array{0.0, 0.0};
  const std::string limit = on_axis ? "limit " + length_text(limit_m(c, half_y_m, half_x_m))
                                    : "and the window is shifted by [" +
                                          length_text(options.offset_m[0]) + ", " +
                                          length_text(options.offset_m[1]) + "],";
  return fmt::format(
      "angular_spectrum: kernel aliases: |z| = {}, {} for {} padded grid, pitch {}; set "
      "band_limit: true or pad more",
      length_text(std::abs(gap.z_m())), limit, padded, pitch_text(gap.grid));
}

}  // namespace

at::Tensor angular_spectrum_transfer(const Gap& gap, const Frequencies& frequencies,
                                     std::int64_t n_y, std::int64_t n_x,
                                     const AngularSpectrumOptions& options) {
  const Directions c = directions_of(gap, frequencies, options);
  const double half_y_m = 0.5 * static_cast<double>(n_y) * gap.grid.pitch_y_m;
  const double half_x_m = 0.5 * static_cast<double>(n_x) * gap.grid.pitch_x_m;
  const at::Tensor root = c.root.detach();
  const at::Tensor kept =
      axis_kept(c.y.detach(), root, gap.z_m(), options.offset_m[0], half_y_m)
          .logical_and(axis_kept(c.x.detach(), root, gap.z_m(), options.offset_m[1], half_x_m));
  const at::Tensor transfer = transfer_of(gap, frequencies, c, options);
  if (options.periodic) return transfer;
  if (options.band_limit) return transfer * kept;
  if (!kept.all().item<bool>()) {
    throw SamplingError(alias_text(gap, c, half_y_m, half_x_m, options,
                                   std::to_string(n_y) + " x " + std::to_string(n_x)));
  }
  return transfer;
}

namespace {

at::Tensor sampled_transfer(const Gap& gap, const AngularSpectrumOptions& options) {
  const std::int64_t n_y = padded_size(gap.grid.n_y, options.padding);
  const std::int64_t n_x = padded_size(gap.grid.n_x, options.padding);
  return angular_spectrum_transfer(gap, fft_frequencies(gap, n_y, n_x), n_y, n_x, options);
}

}  // namespace

AngularSpectrumOperator::AngularSpectrumOperator(const Gap& gap, const Options& options,
                                                 at::ScalarType dtype)
    : TransferFilter("angular_spectrum", gap.grid, sampled_transfer(gap, options).to(dtype)) {}

void AngularSpectrum::describe(Schema<Params>& s) {
  s.summary("Free-space propagation of a scalar field between two parallel planes.");
  s.equation(
      "U(z) = F^-1{ H F{ U(0) } },  H = exp(-i 2 pi z l f^2 / (1 + sqrt(1 - l^2 f^2)))\n"
      "l = wavelength / index_medium; waves with l f > 1 decay");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 3-74");
  s.citation("K. Matsushima, Opt. Express 18, 18453, 2010 (band limit of a shifted window)");
  describe_gap(s, kSignedDistance);
  describe_padding(s);
  s.key("offset", &Params::offset)
      .doc("Shift [y, x] of the window behind the gap, for beams that leave the axis.");
}

AngularSpectrum::AngularSpectrum(const Params& params, const BuildContext& context)
    : GapElement("angular_spectrum", params, context),
      options_{params.band_limit,
               params.padding,
               params.padding == 1,
               {params.offset[0].m(), params.offset[1].m()},
               {}} {}

AngularSpectrumOperator AngularSpectrum::on(const Beam& beam, const at::Tensor& field) const {
  return *made(field, beam, [&](const Gap& gap, at::ScalarType dtype) {
    return std::make_shared<const AngularSpectrumOperator>(gap, options_, dtype);
  });
}

at::Tensor AngularSpectrum::apply(const at::Tensor& field, const Beam& beam) const {
  return cross(field, beam, [&](const Gap& gap, at::ScalarType dtype) {
    return std::make_shared<const AngularSpectrumOperator>(gap, options_, dtype);
  });
}

Beam AngularSpectrum::after(const Beam& beam) const { return beam_beside(beam, options_.offset_m); }

std::string AngularSpectrum::decision(const at::Tensor& field, const Beam& beam) const {
  return lost_energy_text(on(beam, field), field);
}

}  // namespace parfocal::optics
