// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/contour.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "optics/elements/mask_map.h"
#include "optics/elements/surfaces/perlin_noise.h"
#include "optics/length_text.h"
#include "optics/plane.h"
#include "optics/propagation/angular_spectrum.h"

namespace parfocal::optics {
namespace {

constexpr double kIndexOfAir = 1.0;
constexpr double kLargestNoise = 0.7;  // sqrt(1/2) is its bound.

Grid grid_of(const Contour::Params& params, const BuildContext& context) {
  if (params.size && params.pitch) {
    return Grid::centred((*params.size)[0], (*params.size)[1], (*params.pitch)[0].m(),
                         (*params.pitch)[1].m());
  }
  if (context.sensor) return *context.sensor;
  throw UsageError(context.path +
                   ": contour knows no field here; give size: [n_y, n_x] and pitch: [y, x]");
}

void check_samples(const Grid& grid, double line_width_m, const std::string& path) {
  const double pitch_m = std::max(grid.pitch_y_m, grid.pitch_x_m);
  if (pitch_m <= line_width_m * (1.0 + 1e-9)) return;
  throw SamplingError(fmt::format(
      "{}.line_width = {}: not resolved by samples of pitch {}, limit {}; take finer "
      "samples or a larger line_width",
      path, length_text(line_width_m), length_text(pitch_m), length_text(line_width_m)));
}

std::string wrong_between_keys(const Contour::Params& p) {
  if (p.size.has_value() != p.pitch.has_value()) return "expected both size and pitch, or none";
  if (p.line_width.m() < p.feature_size.m()) return "";
  return fmt::format("line_width = {}: expected less than feature_size = {}",
                     length_text(p.line_width.m()), length_text(p.feature_size.m()));
}

}  // namespace

void Contour::describe(Schema<Params>& s) {
  s.summary("A surface that casts contour lines of Perlin noise on a sensor, as in PhlatCam.");
  s.equation(
      "lines = { |noise - level| <= |grad noise| line_width / 2 }\n"
      "repeat: U_mask = aperture phasor(propagate(-distance)), |U_sensor|^2 = lines\n"
      "height = (phase + phase_change) design_wavelength / (2 pi index_step), phase in [0, 2 pi)");
  s.citation("V. Boominathan et al., IEEE Trans. Pattern Anal. Mach. Intell. 42, 1618, 2020");
  s.citation("K. Perlin, ACM Trans. Graph. 21, 681, 2002 (fade 6 t^5 - 15 t^4 + 10 t^3)");
  s.convention("For a plane wave along the axis; bilinear between the samples, 0 outside.");
  s.gradient("exact in the leaf; the retrieved phase is a constant");
  s.key("feature_size", &Params::feature_size)
      .required()
      .above(Length::from_m(0.0))
      .doc("Lattice pitch of the noise: the scale of its hills and valleys.");
  s.key("line_width", &Params::line_width)
      .required()
      .above(Length::from_m(0.0))
      .doc("Of the lines on the sensor.");
  s.key("distance", &Params::distance)
      .required()
      .above(Length::from_m(0.0))
      .doc("From the mask to the sensor.");
  s.key("level", &Params::level)
      .at_least(-kLargestNoise)
      .at_most(kLargestNoise)
      .doc("Of the noise, whose lines are drawn; 0 lies between hills and valleys.");
  s.key("iterations", &Params::iterations)
      .at_least(1)
      .at_most(100000)
      .trainable("rad")
      .doc("Steps of the retrieval. The leaf PATH.phase_change adds to what they find.");
  s.key("seed", &Params::seed)
      .at_least(0)
      .doc("Which lines; the same ones in every run, whatever runtime.seeds says.");
  s.key("aperture", &Params::aperture)
      .above(Length::from_m(0.0))
      .doc("Sides [y, x] of the lit part of the mask; all of it if absent.");
  s.key("size", &Params::size)
      .at_least(1)
      .doc("Samples [y, x] of the surface; those of the field if absent.");
  s.key("pitch", &Params::pitch)
      .above(Length::from_m(0.0))
      .doc("Of these samples, [y, x]; given together with size.");
  s.check(wrong_between_keys);
}

Contour::Contour(const Params& params, const BuildContext& context)
    : path_(context.path),
      params_(params),
      grid_(grid_of(params, context)),
      change_(context, "phase_change", at::zeros({grid_.n_y, grid_.n_x}, at::kDouble), at::kDouble,
              LeafUnit{"rad"}) {}

at::Tensor Contour::opening() const {
  if (!params_.aperture) return at::ones({grid_.n_y, grid_.n_x}, at::kDouble);
  const auto [side_y, side_x] = *params_.aperture;
  const at::Tensor rows = y_coordinates_m(grid_).abs() <= 0.5 * side_y.m();
  const at::Tensor columns = x_coordinates_m(grid_).abs() <= 0.5 * side_x.m();
  return rows.unsqueeze(1).logical_and(columns).to(at::kDouble);
}

at::Tensor Contour::lines() const {
  const double feature_m = params_.feature_size.m(), width_m = params_.line_width.m();
  check_samples(grid_, width_m, path_);
  const PerlinNoise noise =
      perlin_noise(y_coordinates_m(grid_) / feature_m, x_coordinates_m(grid_) / feature_m,
                   static_cast<std::uint64_t>(params_.seed));
  const at::Tensor slope = (noise.slope_y.square() + noise.slope_x.square()).sqrt() / feature_m;
  const double pitch_m = std::sqrt(grid_.pitch_y_m * grid_.pitch_x_m);
  // Distance to the line times the slope, so that a flat place divides nothing by 0.
  const at::Tensor inside = slope * (0.5 * width_m) - (noise.value - params_.level).abs();
  const at::Tensor share = inside / (slope * pitch_m).clamp_min(1e-300) + 0.5;
  return share.clamp(0.0, 1.0) * opening();
}

RetrievedPhase Contour::retrieved(double design_wavelength_m) const {
  const std::lock_guard lock(mutex_);
  if (known_wavelength_m_ == design_wavelength_m) return known_;
  const at::Tensor target = lines(), open = opening();
  const double light = open.sum().item<double>(), drawn = target.sum().item<double>();
  if (light == 0.0 || drawn == 0.0) {
    throw SamplingError(fmt::format(
        "{}: no {} lies in the aperture on {}; take a larger one, a smaller feature_size or "
        "another seed",
        path_, light == 0.0 ? "sample" : "line of the noise", grid_.text()));
  }
  const AngularSpectrumOperator gap({grid_, design_wavelength_m, kIndexOfAir},
                                    at::scalar_tensor(params_.distance.m(), at::kDouble), {});
  known_ = retrieve_phase(gap, open, (target * (light / drawn)).sqrt(), params_.iterations);
  known_wavelength_m_ = design_wavelength_m;
  return known_;
}

at::Tensor Contour::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor change = change_.si();
  const at::Tensor phase = retrieved(scale.design_wavelength_m).phase.to(change.device());
  return laid_on((phase + change) * scale.m_per_rad(), grid_, grid, path_);
}

}  // namespace parfocal::optics
