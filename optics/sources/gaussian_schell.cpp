// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/gaussian_schell.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/plane.h"
#include "optics/sources/plane_waves.h"
#include "optics/sources/tilt.h"

namespace parfocal::optics {
namespace {

constexpr std::int64_t kMostModes = 2000;

/// The modes along one axis.
struct Axis {
  at::Tensor waist_m;
  at::Tensor curvature;  ///< c
  at::Tensor ratio;      ///< q

  Axis(const at::Tensor& waist, const at::Tensor& coherence) : waist_m(waist) {
    const at::Tensor a = waist.square().reciprocal();
    const at::Tensor b = (coherence.square() * 2.0).reciprocal();
    curvature = (a.square() + a * b * 2.0).sqrt();
    ratio = b / (a + b + curvature);
  }
};

/// How many modes along one axis hold 1 - `left_out` of the power.
std::int64_t count_of(const Axis& axis, double left_out) {
  const double n = std::log(left_out) / std::log(axis.ratio.item<double>());
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(std::min(n, 1e6))));
}

/// Orders (y, x) of the modes that hold 1 - tolerance of the power, as tensors of int64.
struct Orders {
  at::Tensor y, x;
};

Orders orders_of(const Axis& y, const Axis& x, double tolerance, const std::string& path) {
  const std::int64_t n_y = count_of(y, 0.25 * tolerance), n_x = count_of(x, 0.25 * tolerance);
  const double q_y = y.ratio.item<double>(), q_x = x.ratio.item<double>();
  std::vector<double> powers;
  std::vector<std::int64_t> rows, columns;
  double held = 0.0;
  if (n_y <= kMostModes && n_x <= kMostModes) {
    for (std::int64_t i = 0; i < n_y * n_x; ++i) {
      powers.push_back((1 - q_y) * std::pow(q_y, static_cast<double>(i / n_x)) * (1 - q_x) *
                       std::pow(q_x, static_cast<double>(i % n_x)));
    }
    std::vector<double> sorted = powers;
    std::ranges::sort(sorted, std::greater<>());
    std::size_t kept = 0;
    while (held < 1.0 - tolerance && kept < sorted.size()) held += sorted[kept++];
    for (std::int64_t i = 0; i < n_y * n_x; ++i) {
      // Modes of equal power, up to rounding, stay together.
      if (powers[static_cast<std::size_t>(i)] < sorted[kept - 1] * (1.0 - 1e-9)) continue;
      rows.push_back(i / n_x);
      columns.push_back(i % n_x);
    }
  }
  const auto count = static_cast<std::int64_t>(rows.size());
  if (count == 0 || count > kMostModes) {
    throw UsageError(fmt::format(
        "{}.tolerance = {:.3g}: needs more than {} modes, the limit; raise tolerance or coherence",
        path, tolerance, kMostModes));
  }
  return {at::tensor(rows, at::kLong), at::tensor(columns, at::kLong)};
}

/// The highest mode oscillates with sqrt(2 c (2 n + 1)) rad per metre in its centre.
void check_resolved(const std::string& path, const Axis& axis, std::int64_t highest, double pitch_m,
                    std::int64_t samples, const char* name) {
  const double wavenumber =
      std::sqrt(2.0 * axis.curvature.item<double>() * static_cast<double>(2 * highest + 1));
  const double limit_m = std::numbers::pi / wavenumber;
  if (samples == 1 || pitch_m <= limit_m) return;
  throw SamplingError(fmt::format(
      "{}.coherence: mode {} along {} is not resolved by samples of pitch {}, limit {}; take a "
      "finer pitch or a larger tolerance",
      path, highest, name, length_text(pitch_m), length_text(limit_m)));
}

/// u_0 ... u_highest at the coordinates, [orders, n].
at::Tensor modes_along(const Axis& axis, const at::Tensor& coordinate_m, std::int64_t highest) {
  const at::Tensor t = coordinate_m * (axis.curvature * 2.0).sqrt();
  const at::Tensor scale = (axis.waist_m.square() * axis.curvature).pow(0.25);
  std::vector<at::Tensor> modes{(t.square() * -0.5).exp() * scale};
  for (std::int64_t n = 0; n < highest; ++n) {
    const auto order = static_cast<double>(n);
    at::Tensor next = modes.back() * t * std::sqrt(2.0 / (order + 1.0));
    if (n > 0) next = next - modes[modes.size() - 2] * std::sqrt(order / (order + 1.0));
    modes.push_back(next);
  }
  return at::stack(modes);
}

at::Tensor powers_of(const Axis& axis, const at::Tensor& orders) {
  return (1.0 - axis.ratio) * at::pow(axis.ratio, orders.to(at::kDouble));
}

}  // namespace

void GaussianSchell::describe(Schema<Params>& s) {
  s.summary("A partially coherent Gaussian beam (Gaussian Schell model) in its waist, by modes.");
  s.equation(
      "W(x_1, x_2) = exp(-(x_1^2 + x_2^2) / waist^2 - (x_1 - x_2)^2 / (2 coherence^2))\n"
      "            = sum_n (1 - q) q^n u_n(x_1) u_n(x_2),  along each axis");
  s.citation("A. Starikov and E. Wolf, J. Opt. Soc. Am. 72, 923 (1982)");
  s.citation("F. Gori, Opt. Commun. 34, 301 (1980)");
  s.convention("Irradiance 1 in the centre; a positive tilt travels towards +y, +x.");
  s.gradient("exact");
  describe_spectrum(s);
  s.key("waist", &Params::waist)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("1/e^2 radius of the irradiance; that of x where waist_y is given.");
  s.key("waist_y", &Params::waist_y).above(Length::from_m(0.0)).trainable("um").doc("Of y.");
  s.key("coherence", &Params::coherence)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Distance over which the degree of coherence falls to exp(-1/2); that of x.");
  s.key("coherence_y", &Params::coherence_y)
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Of y; that of x if absent.");
  s.key("tolerance", &Params::tolerance)
      .above(0.0)
      .below(1.0)
      .doc("Share of the power in the modes that are left out, at most.");
  describe_tilt(s);
  s.key("centre", &Params::centre).trainable("um").doc("Of the beam, [y, x].");
}

GaussianSchell::GaussianSchell(const Params& params, const BuildContext& context)
    : path_(context.path),
      tolerance_(params.tolerance),
      spectrum_(context, params.wavelength, params.spectrum),
      waist_(context, "waist", params.waist, LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      coherence_(context, "coherence", params.coherence, LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      tilt_(context, "tilt", params.tilt, LeafUnit{"rad"}),
      centre_(context, "centre", params.centre, LeafUnit{"um", 1e-6}) {
  if (params.waist_y)
    waist_y_ =
        Trainable(context, "waist_y", *params.waist_y, LeafUnit{"um", 1e-6, Bounds::above(0.0)});
  if (params.coherence_y)
    coherence_y_ = Trainable(context, "coherence_y", *params.coherence_y,
                             LeafUnit{"um", 1e-6, Bounds::above(0.0)});
}

Illumination GaussianSchell::illuminate(const Beam& beam) const {
  const at::Tensor waist = waist_.si().cpu(), coherence = coherence_.si().cpu();
  const Axis x(waist, coherence);
  const Axis y(waist_y_.defined() ? waist_y_.si().cpu() : waist,
               coherence_y_.defined() ? coherence_y_.si().cpu() : coherence);
  const Orders orders = orders_of(y, x, tolerance_, path_);
  const std::int64_t last_y = orders.y.max().item<std::int64_t>();
  const std::int64_t last_x = orders.x.max().item<std::int64_t>();
  check_resolved(path_, y, last_y, beam.grid.pitch_y_m, beam.grid.n_y, "y");
  check_resolved(path_, x, last_x, beam.grid.pitch_x_m, beam.grid.n_x, "x");
  const at::Tensor centre_m = centre_.si().cpu();
  const at::Tensor in_y = modes_along(y, y_coordinates_m(beam.grid) - centre_m[0], last_y);
  const at::Tensor in_x = modes_along(x, x_coordinates_m(beam.grid) - centre_m[1], last_x);
  const at::Tensor modes =
      in_y.index_select(0, orders.y).unsqueeze(2) * in_x.index_select(0, orders.x).unsqueeze(1);
  const at::Tensor carrier =
      plane_waves(path_ + ".tilt", tilt_.si().cpu().sin().unsqueeze(0), beam);
  return {modes * carrier, powers_of(y, orders.y) * powers_of(x, orders.x)};
}

}  // namespace parfocal::optics
