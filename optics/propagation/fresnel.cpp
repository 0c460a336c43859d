// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fresnel.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "optics/length_text.h"

namespace parfocal::optics {
namespace {

double alias_free_m(std::int64_t padded, double pitch_m, double l) {
  if (padded == 1) return std::numeric_limits<double>::infinity();
  return static_cast<double>(padded) * pitch_m * pitch_m / l;
}

at::Tensor kept(const Gap& gap, const at::Tensor& frequency, std::int64_t padded, double pitch_m) {
  const double half_width_m = 0.5 * static_cast<double>(padded) * pitch_m;
  return (frequency.detach() * (gap.z_m() * gap.l_m())).abs() <= half_width_m * (1.0 + 1e-12);
}

at::Tensor sampled_transfer(const Gap& gap, const FresnelOperator::Options& options) {
  const Grid& grid = gap.grid;
  const std::int64_t n_y = padded_size(grid.n_y, options.padding);
  const std::int64_t n_x = padded_size(grid.n_x, options.padding);
  const Frequencies f = fft_frequencies(gap, n_y, n_x);
  const at::Tensor scale = gap.distance_m * gap.wavelength_m * -std::numbers::pi;
  const at::Tensor transfer = unit_phasor((f.y * f.y + f.x * f.x) * scale);
  if (options.band_limit) {
    return transfer * kept(gap, f.y, n_y, grid.pitch_y_m) * kept(gap, f.x, n_x, grid.pitch_x_m);
  }
  const double limit = std::min(alias_free_m(n_y, grid.pitch_y_m, gap.l_m()),
                                alias_free_m(n_x, grid.pitch_x_m, gap.l_m()));
  if (std::abs(gap.z_m()) <= limit * (1.0 + 1e-12)) return transfer;
  throw SamplingError(fmt::format(
      "fresnel: kernel aliases: |z| = {}, limit {} for {} x {} padded grid, pitch {}; set "
      "band_limit: true, pad more, or take fresnel_transform",
      length_text(std::abs(gap.z_m())), length_text(limit), n_y, n_x, pitch_text(grid)));
}

}  // namespace

FresnelOperator::FresnelOperator(const Gap& gap, const Options& options, at::ScalarType dtype)
    : TransferFilter("fresnel", gap.grid, sampled_transfer(gap, options).to(dtype)) {}

void Fresnel::describe(Schema<Params>& s) {
  s.summary("Paraxial free-space propagation by the Fresnel transfer function.");
  s.equation("U(z) = F^-1{ H F{ U(0) } },  H = exp(-i pi l z f^2),  l = wavelength / index_medium");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 4-21");
  describe_gap(s, kSignedDistance);
  describe_padding(s);
}

Fresnel::Fresnel(const Params& params, const BuildContext& context)
    : GapElement("fresnel", params, context), options_{params.band_limit, params.padding} {}

at::Tensor Fresnel::apply(const at::Tensor& field, const Beam& beam) const {
  return cross(field, beam, [&](const Gap& gap, at::ScalarType dtype) {
    return std::make_shared<const FresnelOperator>(gap, options_, dtype);
  });
}

std::string Fresnel::decision(const at::Tensor& field, const Beam& beam) const {
  const auto filter = made(field, beam, [&](const Gap& gap, at::ScalarType dtype) {
    return std::make_shared<const FresnelOperator>(gap, options_, dtype);
  });
  return lost_energy_text(*filter, field);
}

}  // namespace parfocal::optics
