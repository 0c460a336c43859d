// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fresnel.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/propagation/gap_text.h"

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

Fresnel::Fresnel(const Params& params, const BuildContext& context)
    : path_(context.path),
      options_{params.band_limit, params.padding},
      index_medium_(params.index_medium),
      distance_(context, "distance", at::scalar_tensor(params.distance.m(), at::kDouble),
                at::kDouble, LeafUnit{"um", 1e-6}) {}

at::Tensor Fresnel::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("fresnel", field, beam);
  Beam in_gap = beam;
  if (index_medium_) in_gap.index_medium = *index_medium_;
  const Gap gap = Gap::of(in_gap, distance_.si().to(field.device()));
  return with_path(path_, [&] { return FresnelOperator(gap, options_, field.scalar_type()); })
      .forward(field);
}

}  // namespace parfocal::optics
