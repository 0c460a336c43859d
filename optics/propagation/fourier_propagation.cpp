// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fourier_propagation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/propagation/gap_text.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;

/// The axis with what its chirps need.
struct ChirpedAxis {
  FourierAxis sum;
  at::Tensor in_m, out_m;  ///< Coordinates, float64.
  at::Tensor pitch_out_m;
};

at::Tensor coordinates(std::int64_t n, double origin, const at::Tensor& pitch_m) {
  return (at::arange(n, at::kDouble).to(pitch_m.device()) - origin) * pitch_m;
}

/// Without a pitch of its own the window has that of one FFT, and it moves with l, z and the pitch.
ChirpedAxis axis_of(const Gap& gap, std::int64_t n_in, double origin_in, const at::Tensor& pitch_m,
                    std::int64_t n_out, double origin_out, std::optional<double> pitch_out_m) {
  const at::Tensor reach = gap.wavelength_m * gap.distance_m;
  ChirpedAxis axis;
  axis.sum = {n_in, n_out, origin_in, origin_out, {}};
  if (pitch_out_m) {
    axis.pitch_out_m = at::full_like(pitch_m, *pitch_out_m);
    axis.sum.step = pitch_m * *pitch_out_m / reach;
  } else {
    const double turns = gap.z_m() > 0.0 ? 1.0 : -1.0;
    axis.pitch_out_m = reach.abs() / (pitch_m * static_cast<double>(n_in));
    axis.sum.step = at::full_like(pitch_m, turns / static_cast<double>(n_in));
  }
  axis.in_m = coordinates(n_in, origin_in, pitch_m);
  axis.out_m = coordinates(n_out, origin_out, axis.pitch_out_m);
  return axis;
}

at::Tensor chirp(const at::Tensor& y_m, const at::Tensor& x_m, const Gap& gap) {
  const at::Tensor squared = (y_m * y_m).unsqueeze(1) + x_m * x_m;
  return unit_phasor(squared / (gap.wavelength_m * gap.distance_m) * kPi);
}

void check_input_chirp(const std::string& name, const Gap& gap) {
  const Grid& grid = gap.grid;
  const double y = static_cast<double>(grid.n_y) * grid.pitch_y_m * grid.pitch_y_m;
  const double x = static_cast<double>(grid.n_x) * grid.pitch_x_m * grid.pitch_x_m;
  const double limit = std::max(grid.n_y > 1 ? y : 0.0, grid.n_x > 1 ? x : 0.0) / gap.l_m();
  if (std::abs(gap.z_m()) >= limit * (1.0 - 1e-12)) return;
  throw SamplingError(
      fmt::format("{}: the quadratic phase aliases: |z| = {}, at least {} for {} x {} samples, "
                  "pitch {}; take angular_spectrum",
                  name, length_text(std::abs(gap.z_m())), length_text(limit), grid.n_y, grid.n_x,
                  pitch_text(grid)));
}

}  // namespace

void OutputWindow::describe(Schema<OutputWindow>& s) {
  s.summary("The samples behind the gap.");
  s.key("size", &OutputWindow::size)
      .at_least(1)
      .doc("Samples [y, x]; as many as before if absent.");
  s.key("pitch", &OutputWindow::pitch)
      .above(Length::from_m(0.0))
      .doc("Pitch [y, x]; that of one FFT, wavelength z / (n pitch), if absent.");
  s.choice("method", &OutputWindow::method,
           {{"auto", Method::kAuto},
            {"fft", Method::kFft},
            {"chirp_z", Method::kChirpZ},
            {"matrix", Method::kMatrix}})
      .doc("How the transform is computed; auto takes the cheapest that gives the window.");
}

FourierMethod chosen_method(OutputWindow::Method method, const FourierAxis& y,
                            const FourierAxis& x) {
  switch (method) {
    case OutputWindow::Method::kFft:
      return FourierMethod::kFft;
    case OutputWindow::Method::kChirpZ:
      return FourierMethod::kChirpZ;
    case OutputWindow::Method::kMatrix:
      return FourierMethod::kMatrix;
    case OutputWindow::Method::kAuto:
      break;
  }
  return FourierSum::cheapest(y, x);
}

Grid output_grid(const Gap& gap, const OutputWindow& window) {
  const Grid& in = gap.grid;
  const double reach = std::abs(gap.l_m() * gap.z_m());
  const double natural_y = reach / (static_cast<double>(in.n_y) * in.pitch_y_m);
  const double natural_x = reach / (static_cast<double>(in.n_x) * in.pitch_x_m);
  return Grid::centred(window.size ? (*window.size)[0] : in.n_y,
                       window.size ? (*window.size)[1] : in.n_x,
                       window.pitch ? (*window.pitch)[0].m() : natural_y,
                       window.pitch ? (*window.pitch)[1].m() : natural_x);
}

FourierSum fourier_propagation(const std::string& name, const Gap& gap, const OutputWindow& window,
                               Chirps chirps, at::ScalarType dtype) {
  if (gap.z_m() == 0.0) {
    throw UsageError(name + ": distance = 0: a transform needs a distance that is not 0");
  }
  if (window.method == OutputWindow::Method::kFft && (window.size || window.pitch)) {
    throw UsageError(name +
                     ": output.method = fft: gives the window of one FFT; leave size and pitch "
                     "out, or take chirp_z");
  }
  if (chirps == Chirps::kBoth) check_input_chirp(name, gap);
  const Grid& in = gap.grid;
  const Grid out = output_grid(gap, window);
  const auto pitch = [&](std::size_t a) -> std::optional<double> {
    if (!window.pitch) return std::nullopt;
    return (*window.pitch)[a].m();
  };
  const ChirpedAxis y =
      axis_of(gap, in.n_y, in.origin_y, gap.pitch_y_m, out.n_y, out.origin_y, pitch(0));
  const ChirpedAxis x =
      axis_of(gap, in.n_x, in.origin_x, gap.pitch_x_m, out.n_x, out.origin_x, pitch(1));
  const at::Tensor area = gap.pitch_y_m * gap.pitch_x_m * y.pitch_out_m * x.pitch_out_m;
  const at::Tensor amplitude = area.sqrt() / (gap.wavelength_m * gap.distance_m);
  at::Tensor post = at::complex(at::zeros_like(amplitude), -amplitude);
  if (chirps != Chirps::kNone) post = post * chirp(y.out_m, x.out_m, gap);
  at::Tensor pre;
  if (chirps == Chirps::kBoth) pre = chirp(y.in_m, x.in_m, gap);
  return {name, y.sum, x.sum, chosen_method(window.method, y.sum, x.sum), pre, post, dtype};
}

}  // namespace parfocal::optics
