// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/rayleigh_sommerfeld.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/complex.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "optics/length_text.h"

namespace parfocal::optics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

/// Padded size of a linear convolution of n samples with the 2n - 1 separations.
std::int64_t convolution_size(std::int64_t n) { return good_fft_size(2 * n - 1); }

/// Separations in FFT order, in units of the pitch.
at::Tensor separations(std::int64_t padded) {
  return fft_frequencies_per_m(padded, 1.0) * static_cast<double>(padded);
}

double nearest_axis_m(std::int64_t n, double pitch_m, double offset_m, double l) {
  const double ratio = 2.0 * pitch_m / l;
  if (ratio <= 1.0) return 0.0;
  const double reach_m = static_cast<double>(n - 1) * pitch_m + std::abs(offset_m);
  return reach_m * std::sqrt(ratio * ratio - 1.0);
}

/// h on the padded grid, complex128.
at::Tensor kernel(const Gap& gap, std::int64_t p_y, std::int64_t p_x,
                  std::array<double, 2> offset_m) {
  const at::Device device = gap.device();
  const at::Tensor y = (separations(p_y).to(device) * gap.pitch_y_m + offset_m[0]).unsqueeze(1);
  const at::Tensor x = (separations(p_x).to(device) * gap.pitch_x_m + offset_m[1]).unsqueeze(0);
  const at::Tensor z = gap.distance_m;
  const at::Tensor k = kTurn / gap.wavelength_m;
  const at::Tensor lateral = y * y + x * x;
  const at::Tensor range = (lateral + z * z).sqrt();
  const at::Tensor obliquity = z / (range * range * kTurn);
  const at::Tensor near = at::complex(obliquity / range, -(obliquity * k));
  // R - z without the cancellation at small angles.
  return near * unit_phasor(lateral / (range + z) * k);
}

at::Tensor sampled_transfer(const Gap& gap, std::array<double, 2> offset_m) {
  if (!(gap.z_m() > 0.0)) {
    throw UsageError("rayleigh_sommerfeld: distance = " + length_text(gap.z_m()) +
                     ": must be above 0; angular_spectrum propagates backwards");
  }
  const double nearest = RayleighSommerfeldOperator::nearest_m(gap, offset_m);
  if (gap.z_m() < nearest * (1.0 - 1e-12)) {
    throw SamplingError(fmt::format(
        "rayleigh_sommerfeld: kernel aliases: z = {}, at least {} for {} x {} samples, pitch {}; "
        "take a finer pitch or angular_spectrum",
        length_text(gap.z_m()), length_text(nearest), gap.grid.n_y, gap.grid.n_x,
        pitch_text(gap.grid)));
  }
  const std::int64_t p_y = convolution_size(gap.grid.n_y), p_x = convolution_size(gap.grid.n_x);
  return fft2(kernel(gap, p_y, p_x, offset_m)) * gap.pitch_y_m * gap.pitch_x_m;
}

}  // namespace

double RayleighSommerfeldOperator::nearest_m(const Gap& gap, std::array<double, 2> offset_m) {
  const Grid& grid = gap.grid;
  return std::max(nearest_axis_m(grid.n_y, grid.pitch_y_m, offset_m[0], gap.l_m()),
                  nearest_axis_m(grid.n_x, grid.pitch_x_m, offset_m[1], gap.l_m()));
}

RayleighSommerfeldOperator::RayleighSommerfeldOperator(const Gap& gap,
                                                       std::array<double, 2> offset_m,
                                                       at::ScalarType dtype)
    : TransferFilter("rayleigh_sommerfeld", gap.grid, sampled_transfer(gap, offset_m).to(dtype)) {}

void RayleighSommerfeld::describe(Schema<Params>& s) {
  s.summary("Free-space propagation by the Rayleigh-Sommerfeld diffraction integral.");
  s.equation(
      "U(x, z) = sum U(x', 0) h(x - x') dA\n"
      "h = z / (2 pi R^2) (1 / R - i k) exp(i k (R - z)),  k = 2 pi index_medium / wavelength");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 3-41");
  s.citation("F. Shen and A. Wang, Appl. Opt. 45, 1102, 2006 (by FFT)");
  describe_gap(s, "From the plane before to the plane after.").above(Length::from_m(0.0));
  s.key("offset", &Params::offset)
      .doc("Shift [y, x] of the window behind the gap, for beams that leave the axis.");
}

RayleighSommerfeld::RayleighSommerfeld(const Params& params, const BuildContext& context)
    : GapElement("rayleigh_sommerfeld", params, context, Bounds::above(0.0)),
      offset_m_{params.offset[0].m(), params.offset[1].m()} {}

at::Tensor RayleighSommerfeld::apply(const at::Tensor& field, const Beam& beam) const {
  return cross(field, beam, [&](const Gap& gap, at::ScalarType dtype) {
    return std::make_shared<const RayleighSommerfeldOperator>(gap, offset_m_, dtype);
  });
}

Beam RayleighSommerfeld::after(const Beam& beam) const { return beam_beside(beam, offset_m_); }

}  // namespace parfocal::optics
