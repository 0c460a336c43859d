// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/slm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <numbers>

#include "core/error.h"
#include "core/tensor/straight_through.h"
#include "core/tensor/tensor_checks.h"
#include "optics/elements/cells.h"
#include "optics/elements/mask_map.h"
#include "optics/elements/surface.h"
#include "optics/length_text.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

/// The phase of a surface at the centres of the pixels; its own leaves are not those of the panel.
at::Tensor start_surface(const Slm::Params& params, const BuildContext& context) {
  const Grid pixels =
      Grid::centred(params.size[0], params.size[1], params.pitch[0].m(), params.pitch[1].m());
  BuildContext alone = context;
  alone.parameters = nullptr;
  alone.sensor = pixels;
  const SurfaceScale scale{1.0, params.design_wavelength.m()};
  const at::Tensor height = build<Surface>(params.start, alone)->height_m(pixels, scale);
  return height.detach().cpu() / scale.m_per_rad();
}

at::Tensor start_phase(const Slm::Params& params, const BuildContext& context) {
  const auto [n_y, n_x] = params.size;
  if (params.start) return start_surface(params, context);
  if (!params.phase) return at::zeros({n_y, n_x}, at::kDouble);
  const at::Tensor values = load_map(*params.phase, 1.0, context).values;
  const std::string where = fmt::format("{}.phase = {}", context.path, params.phase->file.string());
  if (values.size(0) != n_y || values.size(1) != n_x) {
    throw DataError(fmt::format(
        "{}: {} x {} values, the panel has {} x {} pixels; a phase is never interpolated, crop or "
        "write the file for this panel",
        where, values.size(0), values.size(1), n_y, n_x));
  }
  if (!all_finite(values)) throw DataError(where + ": holds values that are not finite");
  return values;
}

/// Part of a Gaussian around each sample that lies over each pixel, [n_samples, n]; rows sum to 1.
at::Tensor gaussian_shares(const at::Tensor& position_px, std::int64_t n, const at::Tensor& sigma) {
  const at::Tensor rims = at::arange(1, n, at::kDouble).to(position_px.device()) - 0.5;
  const at::Tensor offset = rims - static_cast<double>(n / 2) - position_px.unsqueeze(1);
  const at::Tensor inner = (1.0 + (offset / (sigma * std::numbers::sqrt2)).erf()) * 0.5;
  const at::Tensor first = at::zeros({position_px.size(0), 1}, position_px.options());
  const at::Tensor below = at::cat({first, inner}, 1);
  const at::Tensor above = at::cat({inner, at::ones_like(first)}, 1);
  return above - below;
}

/// 1 for the pixel that holds the sample.
at::Tensor nearest_shares(const at::Tensor& position_px, std::int64_t n) {
  const double on_axis = static_cast<double>(n / 2);
  const at::Tensor index = (position_px + on_axis + 0.5 + 1e-9).floor();
  const at::Tensor held = index.clamp(0.0, static_cast<double>(n - 1));
  const at::Tensor pixels = at::arange(n, at::kDouble).to(position_px.device());
  return (held.unsqueeze(1) == pixels).to(at::kDouble);
}

void check_pixel_is_resolved(const std::string& path, const char* axis, double sample_m,
                             double pixel_m) {
  if (sample_m <= pixel_m * (1.0 + 1e-9)) return;
  throw SamplingError(fmt::format(
      "{}: pixels are not resolved: the field has samples of {} along {}, limit {} (the pitch of "
      "the panel); take finer samples",
      path, length_text(sample_m), axis, length_text(pixel_m)));
}

}  // namespace

/// One axis of the panel as the samples of a field see it.
struct Slm::Axis {
  at::Tensor drive;   ///< [n_samples, n_pixels]: shares of the drives.
  at::Tensor active;  ///< [n_samples]: share on active area.
  at::Tensor panel;   ///< [n_samples]: share on the panel.
};

void Slm::describe(Schema<Params>& s) {
  s.summary(
      "A liquid-crystal phase modulator with pixels, levels, fringing and unmodulated light.");
  s.equation(
      "d = wrap(phase), rounded to 2 pi / levels;  psi = (lambda_0 / lambda) (Gaussian * d)\n"
      "U' = U ((1 - eta A) exp(i psi_0) + eta A exp(i psi)),  A the active share, eta the "
      "efficiency");
  s.citation("C. Maurer et al., Laser Photonics Rev. 5, 81, 2011");
  s.citation("M. Persson et al., Opt. Express 20, 22334, 2012 (fringing)");
  s.convention(
      "A delay is a positive phase; pixel floor(n / 2) on the axis; the drive is wrapped at the "
      "design wavelength; no light comes from outside of the panel.");
  s.gradient("exact; levels: surrogate: d round(d) / d d = 1");
  s.key("pitch", &Params::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Of the pixels, [y, x].");
  s.key("size", &Params::size).required().at_least(1).at_most(16384).doc("Pixels, [y, x].");
  s.key("design_wavelength", &Params::design_wavelength)
      .required()
      .above(Length::from_m(0.0))
      .doc("At which the drive is calibrated, in vacuum.");
  s.block("phase", &Params::phase)
      .trainable("rad")
      .doc("A file of one value per pixel in rad, wrapped or not; flat if absent.");
  s.component("start", &Params::start, "surface")
      .doc("A surface whose phase the panel shows at first; instead of phase.");
  s.key("fill_factor", &Params::fill_factor)
      .above(0.0)
      .at_most(1.0)
      .trainable("1")
      .doc("Active share of the area of a pixel; the rest gives unmodulated light.");
  s.key("efficiency", &Params::efficiency)
      .at_least(0.0)
      .at_most(1.0)
      .trainable("1")
      .doc("eta: share of the field on active area that is modulated.");
  s.key("unmodulated_phase", &Params::unmodulated_phase)
      .trainable("rad")
      .doc("psi_0, the phase of unmodulated light.");
  s.key("fringing", &Params::fringing)
      .above(0.0)
      .trainable("1")
      .doc("Standard deviation in pixels of the Gaussian that blurs the wrapped drive.");
  s.key("levels", &Params::levels)
      .at_least(2)
      .at_most(65536)
      .doc("Number of drive levels per 2 pi.");
  s.key("wrap", &Params::wrap).doc("Off: the panel has the stroke for any phase.");
  s.check([](const Params& p) -> std::string {
    return p.phase && p.start ? "start: the panel shows either phase or start, not both" : "";
  });
  s.check([](const Params& p) -> std::string {
    return p.levels && !p.wrap ? "levels: needs wrap: true, the levels divide one wave" : "";
  });
}

Slm::Slm(const Params& params, const BuildContext& context)
    : path_(context.path),
      params_(params),
      phase_(context, "phase", start_phase(params, context), at::kDouble, LeafUnit{"rad", 1.0}),
      fill_factor_(context, "fill_factor", params.fill_factor,
                   LeafUnit{"1", 1.0, {0.0, 1.0, true}}),
      efficiency_(context, "efficiency", params.efficiency, LeafUnit{"1", 1.0, {0.0, 1.0}}),
      unmodulated_phase_(context, "unmodulated_phase", params.unmodulated_phase.rad(),
                         LeafUnit{"rad", 1.0}) {
  if (!params.fringing) return;
  fringing_ =
      Trainable(context, "fringing", *params.fringing, LeafUnit{"1", 1.0, Bounds::above(0.0)});
}

at::Tensor Slm::drive_rad() const {
  const at::Tensor phase = phase_.si();
  if (!params_.wrap) return phase;
  const at::Tensor wrapped = phase - ((phase + std::numbers::pi) / kTurn).floor().detach() * kTurn;
  if (!params_.levels) return wrapped;
  const double levels = static_cast<double>(*params_.levels);
  const at::Tensor step = (wrapped * (levels / kTurn)).round();
  // Half a wave up is half a wave down: the upper end is the lower one.
  const at::Tensor rounded = (step - (step * 2.0 >= levels).to(at::kDouble) * levels);
  return straight_through(wrapped, rounded * (kTurn / levels));
}

Slm::Axis Slm::axis(const Beam& beam, std::size_t which, at::Device device) const {
  const double pitch_m = params_.pitch[which].m();
  const std::int64_t n = params_.size[which];
  const double sample_m = which == 0 ? beam.grid.pitch_y_m : beam.grid.pitch_x_m;
  check_pixel_is_resolved(path_, which == 0 ? "y" : "x", sample_m, pitch_m);
  const at::Tensor x =
      (which == 0 ? y_coordinates_m(beam.grid) : x_coordinates_m(beam.grid)).to(device);
  const at::Tensor whole = at::scalar_tensor(pitch_m, at::kDouble).to(device);
  const at::Tensor open = fill_factor_.si().to(device).sqrt() * pitch_m;
  const at::Tensor drive = fringing_.defined()
                               ? gaussian_shares(x / pitch_m, n, fringing_.si().to(device))
                               : nearest_shares(x / pitch_m, n);
  return {drive, cell_shares(x, sample_m, n, pitch_m, open).sum(1),
          cell_shares(x, sample_m, n, pitch_m, whole).sum(1)};
}

at::Tensor Slm::modulated_phase_rad(const Beam& beam, at::Device device) const {
  const at::Tensor drive = drive_rad().to(device);
  const at::Tensor rows = axis(beam, 0, device).drive, columns = axis(beam, 1, device).drive;
  return at::matmul(at::matmul(rows, drive), columns.t()) *
         (params_.design_wavelength.m() / beam.wavelength().to(device));
}

at::Tensor Slm::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("slm", field, beam);
  const at::Device device = field.device();
  const Axis rows = axis(beam, 0, device), columns = axis(beam, 1, device);
  const at::Tensor panel = rows.panel.unsqueeze(1) * columns.panel;
  const at::Tensor modulated =
      rows.active.unsqueeze(1) * columns.active * efficiency_.si().to(device);
  const at::Tensor psi = modulated_phase_rad(beam, device);
  const at::Tensor psi_0 = unmodulated_phase_.si().to(device);
  const at::Tensor one = at::ones_like(psi);
  const at::Tensor factor =
      at::polar(one, psi) * modulated + at::polar(one, psi_0 * one) * (panel - modulated);
  return field * factor.to(field.scalar_type());
}

}  // namespace parfocal::optics
