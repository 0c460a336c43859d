// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/speckle.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/view_as_complex.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/tensor/random.h"
#include "optics/length_text.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

/// Grain size x f_c: twice the root v of (2 J_1(v) / v)^2 = 1/2, v = 1.616340, over 2 pi.
constexpr double kGrainTimesCutoff = 0.5144971;
constexpr std::int64_t kLeastHalf = 16;  // 797 points in the pupil.

double extent_m(const Grid& grid) {
  return std::max(static_cast<double>(grid.n_y) * grid.pitch_y_m,
                  static_cast<double>(grid.n_x) * grid.pitch_x_m);
}

/// n, so that the period n / f_c of the sum is twice the extent of the plane at least.
std::int64_t half_of(const Grid& grid, double grain_m) {
  const double n = 2.0 * extent_m(grid) * kGrainTimesCutoff / grain_m;
  return std::max(kLeastHalf, static_cast<std::int64_t>(std::ceil(n - 1e-6)));
}

/// a_k N^(-1/2) within the pupil, complex128 [patterns, 2 n + 1, 2 n + 1].
at::Tensor pupil_of(std::int64_t half, std::int64_t patterns, std::int64_t seed) {
  RandomStream random(static_cast<std::uint64_t>(seed), "speckle");
  const std::int64_t side = 2 * half + 1;
  const at::Tensor parts = random.normal({patterns, side, side, 2}, at::kDouble);
  const at::Tensor k = at::arange(-half, half + 1, at::kDouble).square();
  const at::Tensor open = (k.unsqueeze(1) + k <= static_cast<double>(half * half)).to(at::kDouble);
  return at::view_as_complex(parts) * open / std::sqrt(2.0 * open.sum().item<double>());
}

/// exp(i 2 pi (f_c / n) k a), [samples, 2 n + 1].
at::Tensor waves_along(const at::Tensor& coordinate_m, const at::Tensor& step_per_m,
                       std::int64_t half) {
  const at::Tensor k = at::arange(-half, half + 1, at::kDouble);
  const at::Tensor phase = coordinate_m.unsqueeze(1) * k * (step_per_m * (2.0 * std::numbers::pi));
  return at::polar(at::ones_like(phase), phase);
}

}  // namespace

void Speckle::describe(Schema<Params>& s) {
  s.summary("Fully developed speckle: a circular complex Gaussian field through a round pupil.");
  s.equation(
      "U(r) = N^(-1/2) sum over |k| <= n of a_k exp(i 2 pi (f_c / n) k r),  a_k ~ CN(0, 1)\n"
      "f_c = 0.514497 / grain_size");
  s.citation("J. W. Goodman, Speckle Phenomena in Optics, 2007, chapters 3 and 4");
  s.convention(
      "Mean irradiance 1 over an ensemble; every line of a spectrum has the same pattern.");
  s.gradient("exact");
  describe_spectrum(s);
  s.key("grain_size", &Params::grain_size)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Full width at half maximum of the autocovariance of the irradiance.");
  s.key("average", &Params::average)
      .at_least(1)
      .at_most(10000)
      .doc("Independent patterns whose irradiances are averaged.");
  s.key("seed", &Params::seed)
      .at_least(0)
      .doc("Which patterns; the same ones in every run, whatever runtime.seeds says.");
}

Speckle::Speckle(const Params& params, const BuildContext& context)
    : path_(context.path),
      average_(params.average),
      seed_(params.seed),
      built_grain_m_(params.grain_size.m()),
      spectrum_(context, params.wavelength, params.spectrum),
      grain_size_(context, "grain_size", params.grain_size,
                  LeafUnit{"um", 1e-6, Bounds::above(0.0)}) {}

void Speckle::check_grain(double cutoff_per_m, std::int64_t half, const Grid& grid) const {
  const double grain_m = kGrainTimesCutoff / cutoff_per_m;
  const double pitch_m =
      std::max(grid.n_y > 1 ? grid.pitch_y_m : 0.0, grid.n_x > 1 ? grid.pitch_x_m : 0.0);
  if (pitch_m > 0.5 / cutoff_per_m) {
    throw SamplingError(fmt::format(
        "{}.grain_size = {}: not resolved by samples of pitch {}, limit {}; take a finer pitch or "
        "a larger grain",
        path_, length_text(grain_m), length_text(pitch_m), length_text(0.5 / cutoff_per_m)));
  }
  if (static_cast<double>(half) / cutoff_per_m >= extent_m(grid)) return;
  throw UsageError(fmt::format(
      "{}.grain_size = {}: is less than half of the {} that it was built with, so that the pattern "
      "repeats in the plane; build it with a smaller grain",
      path_, length_text(grain_m), length_text(built_grain_m_)));
}

Illumination Speckle::illuminate(const Beam& beam) const {
  const std::int64_t half = half_of(beam.grid, built_grain_m_);
  const at::Tensor cutoff_per_m = kGrainTimesCutoff / grain_size_.si().cpu();
  check_grain(cutoff_per_m.item<double>(), half, beam.grid);
  const at::Tensor step = cutoff_per_m / static_cast<double>(half);
  const at::Tensor rows = waves_along(y_coordinates_m(beam.grid), step, half);
  const at::Tensor columns = waves_along(x_coordinates_m(beam.grid), step, half);
  const at::Tensor fields =
      at::matmul(at::matmul(rows, pupil_of(half, average_, seed_)), columns.t());
  const double weight = 1.0 / static_cast<double>(average_);
  return {fields, at::full({average_}, weight, at::kDouble)};
}

}  // namespace parfocal::optics
