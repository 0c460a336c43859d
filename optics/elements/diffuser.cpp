// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/diffuser.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/tensor/random.h"
#include "optics/elements/thin_phase.h"
#include "optics/length_text.h"
#include "optics/phase_sampling.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

constexpr double kLatticePerFeature = 3.0;
constexpr double kReachInFeatures = 3.0;  // exp(-2 3^2) = 1.5e-8

/// Lattice sites within reach of the pixels' outer edges, on either side of the axis.
std::int64_t sites(std::int64_t n, double pitch_m, double origin, double feature_m) {
  const double before_m = (origin + 0.5) * pitch_m;
  const double after_m = (static_cast<double>(n) - origin - 0.5) * pitch_m;
  const double reach = std::max(before_m, after_m) / feature_m + kReachInFeatures;
  return static_cast<std::int64_t>(std::ceil(reach * kLatticePerFeature - 1e-6));
}

/// exp(-2 (y - y_j)^2 / L^2) with the squares summing to 1 over the sites j.
at::Tensor kernel(const at::Tensor& coordinate_m, std::int64_t half, double feature_m) {
  const at::Tensor site = at::arange(-half, half + 1, at::kDouble) / kLatticePerFeature;
  const at::Tensor offset = (coordinate_m / feature_m).unsqueeze(1) - site;
  const double norm = std::sqrt(2.0 / (kLatticePerFeature * std::sqrt(std::numbers::pi)));
  return (offset.square() * -2.0).exp() * norm;
}

at::Tensor random_surface(const Grid& grid, double feature_m, double rms_m, std::int64_t seed) {
  const std::int64_t half_y = sites(grid.n_y, grid.pitch_y_m, grid.origin_y, feature_m);
  const std::int64_t half_x = sites(grid.n_x, grid.pitch_x_m, grid.origin_x, feature_m);
  RandomStream random(static_cast<std::uint64_t>(seed), "diffuser");
  const at::Tensor noise = random.normal({2 * half_y + 1, 2 * half_x + 1}, at::kDouble);
  const at::Tensor rows = kernel(y_coordinates_m(grid), half_y, feature_m);
  const at::Tensor columns = kernel(x_coordinates_m(grid), half_x, feature_m);
  return at::matmul(at::matmul(rows, noise), columns.t()) * rms_m;
}

MaskMap::Formula formula_of(const Diffuser::Params& params, const std::string& path) {
  const double feature_m = params.feature_size.m();
  const double rms_m = params.height_rms ? params.height_rms->m()
                                         : params.slope.value() * feature_m / std::numbers::sqrt2;
  return [feature_m, rms_m, seed = params.seed, path](const Grid& grid) {
    const double pitch_m = std::max(grid.pitch_y_m, grid.pitch_x_m);
    if (2.0 * pitch_m > feature_m) {
      throw SamplingError(fmt::format(
          "{}.feature_size = {}: not resolved by samples of pitch {}, limit {}; take finer samples "
          "or a "
          "larger feature_size",
          path, length_text(feature_m), length_text(pitch_m), length_text(0.5 * feature_m)));
    }
    return random_surface(grid, feature_m, rms_m, seed);
  };
}

}  // namespace

void Diffuser::describe(Schema<Params>& s) {
  s.summary("A smooth random surface: a diffuser with Gaussian correlation of the height.");
  s.equation(
      "<height(0) height(r)> = rms^2 exp(-r^2 / feature_size^2)\n"
      "rms slope along an axis = sqrt(2) rms / feature_size");
  s.citation("J. W. Goodman, Speckle Phenomena in Optics, 2007, section 4.5");
  s.convention("Phase 2 pi (index - index_medium) height / wavelength; a delay is positive.");
  s.gradient("exact");
  s.key("feature_size", &Params::feature_size)
      .required()
      .above(Length::from_m(0.0))
      .doc("1/e half width of the correlation of the height.");
  s.key("height_rms", &Params::height_rms)
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Root mean square of the height; or give slope. The leaf is PATH.height.");
  s.key("slope", &Params::slope)
      .above(0.0)
      .doc("Root mean square slope along one axis; a ray bends by (index - 1) slope.");
  s.key("index", &Params::index).above(1.0).doc("Refractive index of the material.");
  s.key("seed", &Params::seed)
      .at_least(0)
      .doc("Which diffuser; the same one in every run, whatever runtime.seeds says.");
  s.check([](const Params& p) -> std::string {
    if (p.height_rms.has_value() != p.slope.has_value()) return "";
    return std::string("expected exactly one of height_rms and slope; got ") +
           (p.slope ? "both" : "none");
  });
}

Diffuser::Diffuser(const Params& params, const BuildContext& context)
    : path_(context.path),
      index_(params.index),
      height_(context, "height", LeafUnit{"um", 1e-6}, formula_of(params, context.path)) {}

at::Tensor Diffuser::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("diffuser", field, beam);
  const at::Tensor phase = thin_phase(height_.on(beam.grid, field.device()), index_, beam);
  check_phase_sampling_of(field, phase, beam.grid, path_);
  return delayed(field, phase);
}

}  // namespace parfocal::optics
