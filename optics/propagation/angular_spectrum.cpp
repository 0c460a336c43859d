// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/angular_spectrum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"
#include "optics/length_text.h"

namespace parfocal::optics {
namespace {

/// Frequencies of the padded grid and what (1) and (2) need of them, float64.
struct Frequencies {
  at::Tensor squared;  ///< l^2 f^2
  at::Tensor root;     ///< sqrt(|1 - l^2 f^2|)
  at::Tensor limit_m;  ///< Largest |z| of (2).
};

Frequencies frequencies_of(const Grid& padded, double l, at::Device device) {
  const at::Tensor l_fy =
      fft_frequencies_per_m(padded.n_y, padded.pitch_y_m).to(device).mul(l).unsqueeze(1);
  const at::Tensor l_fx =
      fft_frequencies_per_m(padded.n_x, padded.pitch_x_m).to(device).mul(l).unsqueeze(0);
  Frequencies f;
  f.squared = l_fy * l_fy + l_fx * l_fx;
  f.root = (1.0 - f.squared).abs().sqrt();
  const at::Tensor limit_y =
      f.root * (0.5 * static_cast<double>(padded.n_y) * padded.pitch_y_m) / l_fy.abs();
  const at::Tensor limit_x =
      f.root * (0.5 * static_cast<double>(padded.n_x) * padded.pitch_x_m) / l_fx.abs();
  const at::Tensor smaller = at::minimum(limit_y, limit_x);
  // 0 / 0 on the circle l f = 1 at f_a = 0 is the limit 0 of the other axis.
  f.limit_m = smaller.nan_to_num(0.0, std::numeric_limits<double>::infinity());
  return f;
}

at::Tensor transfer_of(const Frequencies& f, const at::Tensor& distance_m, double l) {
  const double k = 2.0 * std::numbers::pi / l;
  const at::Tensor evanescent = f.squared > 1.0;
  const at::Tensor one = at::ones_like(f.squared);
  const at::Tensor decay = at::where(evanescent, f.root, at::zeros_like(f.root));
  const at::Tensor delay = at::where(evanescent, one, f.squared / (1.0 + f.root));
  return at::polar((decay * distance_m.abs() * -k).exp(), delay * distance_m * -k);
}

std::string alias_text(double distance_m, double limit_m, const Grid& padded) {
  std::string pitch = length_text(padded.pitch_y_m);
  if (padded.pitch_x_m != padded.pitch_y_m) pitch += " x " + length_text(padded.pitch_x_m);
  return fmt::format(
      "angular_spectrum: kernel aliases: |z| = {}, limit {} for {} x {} padded grid, pitch {}; set "
      "band_limit: true or pad more",
      length_text(distance_m), length_text(limit_m), padded.n_y, padded.n_x, pitch);
}

std::int64_t padded_size(std::int64_t n, std::int64_t padding) {
  return padding == 1 ? n : good_fft_size(padding * n);
}

}  // namespace

AngularSpectrumOperator::AngularSpectrumOperator(const Beam& beam, const at::Tensor& distance_m,
                                                 const Options& options, at::ScalarType dtype)
    : beam_(beam) {
  PARFOCAL_CHECK(beam.wavelength_m > 0.0);
  PARFOCAL_CHECK(distance_m.scalar_type() == at::kDouble);
  const Grid padded = Grid::centred(padded_size(beam.grid.n_y, options.padding),
                                    padded_size(beam.grid.n_x, options.padding),
                                    beam.grid.pitch_y_m, beam.grid.pitch_x_m);
  const double l = beam.wavelength_m / beam.index_medium;
  const Frequencies f = frequencies_of(padded, l, distance_m.device());
  const double reach_m = std::abs(distance_m.item<double>());
  at::Tensor transfer = transfer_of(f, distance_m, l);
  if (options.band_limit) {
    transfer = transfer * (f.limit_m >= reach_m);
  } else if (const double limit_m = f.limit_m.min().item<double>(); reach_m > limit_m) {
    throw SamplingError(alias_text(reach_m, limit_m, padded));
  }
  transfer_ = transfer.to(dtype);
}

at::Tensor AngularSpectrumOperator::filter(const at::Tensor& field,
                                           const at::Tensor& transfer) const {
  check_trailing("angular_spectrum, field", field, dtype(), domain(), transfer_.device());
  const at::Tensor padded = pad_centred(field, transfer.size(0), transfer.size(1));
  return crop_centred(ifft2(fft2(padded) * transfer), beam_.grid.n_y, beam_.grid.n_x);
}

at::Tensor AngularSpectrumOperator::forward(const at::Tensor& field) const {
  return filter(field, transfer_);
}

at::Tensor AngularSpectrumOperator::adjoint(const at::Tensor& field) const {
  return filter(field, transfer_.conj());
}

void AngularSpectrum::describe(Schema<Params>& s) {
  s.summary("Free-space propagation of a scalar field between two parallel planes.");
  s.equation(
      "U(z) = F^-1{ H F{ U(0) } },  H = exp(-i 2 pi z l f^2 / (1 + sqrt(1 - l^2 f^2)))\n"
      "l = wavelength / index_medium; waves with l f > 1 decay");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 3-74");
  s.citation("K. Matsushima and T. Shimobaba, Opt. Express 17, 19662, 2009 (band limit)");
  s.convention("Phase grows as exp(+ikz) along +z; the carrier exp(ikz) itself is left out.");
  s.gradient("exact");
  s.key("distance", &Params::distance)
      .required()
      .trainable("um")
      .doc("From the plane before to the plane after; negative propagates back.");
  s.key("index_medium", &Params::index_medium)
      .above(0.0)
      .doc("Refractive index of the gap; the index around the elements if absent.");
  s.key("band_limit", &Params::band_limit)
      .doc("Leave out the frequencies at which the sampled kernel aliases; off: that is an error.");
  s.key("padding", &Params::padding)
      .at_least(1)
      .at_most(16)
      .doc("Zeros around the field to at least this many times its size; 1: a periodic field.");
}

AngularSpectrum::AngularSpectrum(const Params& params, const BuildContext& context)
    : path_(context.path),
      options_{params.band_limit, params.padding},
      index_medium_(params.index_medium),
      distance_(context, "distance", at::scalar_tensor(params.distance.m(), at::kDouble),
                at::kDouble, LeafUnit{"um", 1e-6}) {}

AngularSpectrumOperator AngularSpectrum::on(const Beam& beam, at::ScalarType dtype,
                                            at::Device device) const {
  Beam gap = beam;
  if (index_medium_) gap.index_medium = *index_medium_;
  try {
    return {gap, distance_.si().to(device), options_, dtype};
  } catch (const SamplingError& error) {
    throw SamplingError(path_.empty() ? error.what() : path_ + ": " + error.what());
  }
}

at::Tensor AngularSpectrum::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("angular_spectrum", field, beam);
  return on(beam, field.scalar_type(), field.device()).forward(field);
}

}  // namespace parfocal::optics
