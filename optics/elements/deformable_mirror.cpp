// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/deformable_mirror.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <numbers>

#include "core/error.h"
#include "optics/elements/edge.h"
#include "optics/elements/mask_map.h"
#include "optics/elements/thin_phase.h"
#include "optics/length_text.h"
#include "optics/phase_sampling.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

constexpr double kMicrometre = 1e-6;

at::Tensor start_amplitudes(const DeformableMirror::Params& params, const BuildContext& context) {
  const auto [n_y, n_x] = params.actuators;
  if (!params.amplitudes) return at::zeros({n_y, n_x}, at::kDouble);
  const at::Tensor values = load_map(*params.amplitudes, kMicrometre, context).values;
  if (values.size(0) == n_y && values.size(1) == n_x) return values;
  throw DataError(fmt::format(
      "{}.amplitudes = {}: {} x {} values, the mirror has {} x {} actuators; give one per actuator",
      context.path, params.amplitudes->file.string(), values.size(0), values.size(1), n_y, n_x));
}

Trainable amplitude_leaf(const DeformableMirror::Params& params, const BuildContext& context) {
  const double stroke_um = params.stroke.m() / kMicrometre;
  return {context, "amplitudes", start_amplitudes(params, context), at::kDouble,
          LeafUnit{"um", kMicrometre, {-stroke_um, stroke_um}}};
}

}  // namespace

/// Height and slope along one axis that one actuator of amplitude 1 makes, [n_samples, n].
struct DeformableMirror::Influence {
  at::Tensor height;
  at::Tensor slope_per_m;
};

void DeformableMirror::describe(Schema<Params>& s) {
  s.summary("A deformable mirror with Gaussian influence functions.");
  s.equation(
      "h = sum_jk a_jk coupling^((y - y_j)^2 / pitch_y^2 + (x - x_k)^2 / pitch_x^2)\n"
      "U' = U exp(-2 i k h cos(angle_of_incidence)),  k = 2 pi index_medium / wavelength");
  s.citation(
      "J. W. Hardy, Adaptive Optics for Astronomical Telescopes, 1998 (wavefront correctors)");
  s.convention(
      "A positive amplitude pushes the face towards the light; actuator floor(n / 2) on the "
      "centre.");
  s.gradient("exact");
  s.key("actuators", &Params::actuators)
      .required()
      .at_least(1)
      .at_most(1024)
      .doc("Number, [y, x].");
  s.key("pitch", &Params::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Of the actuators, [y, x].");
  s.key("stroke", &Params::stroke)
      .required()
      .above(Length::from_m(0.0))
      .doc("Largest amplitude of an actuator, either way.");
  s.key("coupling", &Params::coupling)
      .above(0.0)
      .below(1.0)
      .trainable("1")
      .doc("Height of one pushed actuator at its neighbour, as a share.");
  s.block("amplitudes", &Params::amplitudes)
      .trainable("um")
      .doc("A file of one value per actuator in um; flat if absent.");
  s.key("angle_of_incidence", &Params::angle_of_incidence)
      .at_least(Angle::from_rad(0.0))
      .below(Angle::from_rad(0.5 * std::numbers::pi))
      .trainable("rad")
      .doc("Between beam and normal of the mirror.");
  s.key("slope_limit", &Params::slope_limit)
      .above(0.0)
      .doc("Largest slope of the face (height per length) that the mirror allows.");
  s.key("centre", &Params::centre).trainable("um").doc("From the optical axis, [y, x].");
}

DeformableMirror::DeformableMirror(const Params& params, const BuildContext& context)
    : path_(context.path),
      params_(params),
      amplitudes_(amplitude_leaf(params, context)),
      coupling_(context, "coupling", params.coupling, LeafUnit{"1", 1.0, {0.0, 1.0, true, true}}),
      angle_(context, "angle_of_incidence", params.angle_of_incidence,
             LeafUnit{"rad", 1.0, {0.0, 0.5 * std::numbers::pi, false, true}}),
      centre_(context, "centre", params.centre, LeafUnit{"um", 1e-6}) {
  check_stroke();
}

DeformableMirror::Influence DeformableMirror::influence(const Grid& grid, std::size_t which,
                                                        at::Device device) const {
  const std::int64_t n = params_.actuators[which];
  const double pitch_m = params_.pitch[which].m();
  const at::Tensor actuator_m = (at::arange(n, at::kDouble) - static_cast<double>(n / 2)) * pitch_m;
  const at::Tensor samples_m = which == 0 ? y_coordinates_m(grid) : x_coordinates_m(grid);
  const at::Tensor centre_m = centre_.si().to(device)[static_cast<std::int64_t>(which)];
  const at::Tensor offset =
      (samples_m.to(device).unsqueeze(1) - actuator_m.to(device) - centre_m) / pitch_m;
  const at::Tensor log_coupling = coupling_.si().to(device).log();
  const at::Tensor height = (offset.square() * log_coupling).exp();
  return {height, height * offset * log_coupling * (2.0 / pitch_m)};
}

at::Tensor DeformableMirror::height_m(const Grid& grid, at::Device device) const {
  const Influence rows = influence(grid, 0, device), columns = influence(grid, 1, device);
  const at::Tensor amplitudes = amplitudes_.si().to(device);
  return at::matmul(at::matmul(rows.height, amplitudes), columns.height.t());
}

void DeformableMirror::check_stroke() const {
  const double largest_m = amplitudes_.si().abs().max().item<double>();
  if (largest_m <= params_.stroke.m() * (1.0 + 1e-6)) return;
  throw UsageError(
      fmt::format("{}.amplitudes = {}: exceeds the stroke, limit {}; lower them or "
                  "name a mirror of longer stroke",
                  path_, length_text(largest_m), length_text(params_.stroke.m())));
}

void DeformableMirror::check_slope(const Grid& grid, at::Device device) const {
  if (!params_.slope_limit) return;
  const at::NoGradGuard no_grad;
  const Influence rows = influence(grid, 0, device), columns = influence(grid, 1, device);
  const at::Tensor a = amplitudes_.si().to(device);
  const at::Tensor along_y = at::matmul(at::matmul(rows.slope_per_m, a), columns.height.t());
  const at::Tensor along_x = at::matmul(at::matmul(rows.height, a), columns.slope_per_m.t());
  const double largest = (along_y.square() + along_x.square()).sqrt().max().item<double>();
  if (largest <= *params_.slope_limit) return;
  throw UsageError(fmt::format(
      "{}.amplitudes: the face has a slope of {:.3g}, slope_limit {:.3g}; lower the amplitudes of "
      "neighbours or raise slope_limit",
      path_, largest, *params_.slope_limit));
}

at::Tensor DeformableMirror::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("deformable_mirror", field, beam);
  check_stroke();
  check_slope(beam.grid, field.device());
  const at::Tensor k =
      2.0 * std::numbers::pi * beam.index_medium / beam.wavelength().to(field.device());
  const at::Tensor phase =
      height_m(beam.grid, field.device()) * angle_.si().to(field.device()).cos() * k * -2.0;
  check_phase_sampling_of(field, phase, beam.grid, path_);
  return delayed(field, phase);
}

}  // namespace parfocal::optics
