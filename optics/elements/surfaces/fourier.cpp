// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/fourier.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/real.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

Grid period_of(const Fourier::Params& params, const BuildContext& context) {
  if (params.size && params.pitch) {
    return Grid::centred((*params.size)[0], (*params.size)[1], (*params.pitch)[0].m(),
                         (*params.pitch)[1].m());
  }
  if (context.sensor) return *context.sensor;
  throw UsageError(context.path +
                   ": fourier knows no field here; give size: [n_y, n_x] and pitch: [y, x]");
}

std::int64_t highest_order(std::int64_t n, double band) {
  return static_cast<std::int64_t>(std::floor(band * 0.5 * static_cast<double>(n - 1) + 1e-9));
}

at::Tensor zero_start(const Grid& period, double band) {
  return at::zeros(
      {2 * highest_order(period.n_y, band) + 1, 2 * highest_order(period.n_x, band) + 1},
      at::kDouble);
}

/// exp(2 pi i k y / length), [samples, orders].
at::Tensor waves(const at::Tensor& coordinates_m, std::int64_t orders, double length_m) {
  const std::int64_t highest = orders / 2;
  const at::Tensor order = at::arange(-highest, highest + 1, at::kDouble);
  const at::Tensor phase =
      (coordinates_m / length_m * (2.0 * std::numbers::pi)).unsqueeze(1) * order;
  return at::polar(at::ones_like(phase), phase);
}

void check_resolved(const std::string& path, std::int64_t orders, double length_m, double pitch_m,
                    std::int64_t samples) {
  const std::int64_t highest = orders / 2;
  if (highest == 0 || samples == 1) return;
  const double shortest_m = length_m / static_cast<double>(highest);
  if (shortest_m >= 2.0 * pitch_m * (1.0 - 1e-9)) return;
  throw SamplingError(fmt::format(
      "{}: its shortest period {} needs samples of {} or finer, the field has {}; "
      "lower band or take finer samples",
      path, length_text(shortest_m), length_text(0.5 * shortest_m), length_text(pitch_m)));
}

}  // namespace

void Fourier::describe(Schema<Params>& s) {
  s.summary("A band-limited periodic surface of a phase mask: a Fourier series.");
  s.equation(
      "phase = Re sum_kl (real_kl + i imaginary_kl) exp(2 pi i (k y / period_y + l x / period_x))");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, section 2.4");
  s.convention("One period is the field, its origin on the axis; starts at 0.");
  s.gradient("exact");
  s.key("band", &Params::band)
      .above(0.0)
      .at_most(1.0)
      .trainable("rad")
      .doc("Share of the Nyquist band that is used. The leaves are PATH.real, PATH.imaginary.");
  s.key("size", &Params::size)
      .at_least(1)
      .doc("Samples [y, x] that make one period; those of the field if absent.");
  s.key("pitch", &Params::pitch)
      .above(Length::from_m(0.0))
      .doc("Of these samples, [y, x]; given together with size.");
  s.check([](const Params& p) -> std::string {
    return p.size.has_value() == p.pitch.has_value() ? "" : "expected both size and pitch, or none";
  });
}

Fourier::Fourier(const Params& params, const BuildContext& context)
    : path_(context.path),
      period_(period_of(params, context)),
      real_(context, "real", zero_start(period_, params.band), at::kDouble, LeafUnit{"rad"}),
      imaginary_(context, "imaginary", zero_start(period_, params.band), at::kDouble,
                 LeafUnit{"rad"}) {}

at::Tensor Fourier::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor series = at::complex(real_.si(), imaginary_.si());
  const double length_y_m = static_cast<double>(period_.n_y) * period_.pitch_y_m;
  const double length_x_m = static_cast<double>(period_.n_x) * period_.pitch_x_m;
  check_resolved(path_, series.size(0), length_y_m, grid.pitch_y_m, grid.n_y);
  check_resolved(path_, series.size(1), length_x_m, grid.pitch_x_m, grid.n_x);
  const at::Device device = series.device();
  const at::Tensor rows = waves(y_coordinates_m(grid), series.size(0), length_y_m).to(device);
  const at::Tensor columns = waves(x_coordinates_m(grid), series.size(1), length_x_m).to(device);
  return at::real(at::matmul(at::matmul(rows, series), columns.t())) * scale.m_per_rad();
}

}  // namespace parfocal::optics
