// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/perlin_noise.h"

#include <ATen/TensorOperators.h>

#include <array>
#include <cmath>
#include <numbers>

#include "core/tensor/random.h"

namespace parfocal::optics {
namespace {

constexpr double kDirections = 16.0;

/// The cells that the samples of one axis lie in, and the weights of both ends of each.
struct Axis {
  at::Tensor cell;                    ///< Index of the lattice point before the sample.
  at::Tensor share;                   ///< t in [0, 1).
  std::array<at::Tensor, 2> weight;   ///< w_0, w_1.
  std::array<at::Tensor, 2> descent;  ///< Their derivatives.
  std::int64_t half = 0;              ///< Lattice points -half .. half.
};

Axis axis_of(const at::Tensor& coordinate) {
  Axis axis;
  const at::Tensor floor = coordinate.floor();
  axis.half = static_cast<std::int64_t>(coordinate.abs().max().item<double>()) + 2;
  axis.cell = floor.to(at::kLong) + axis.half;
  axis.share = coordinate - floor;
  const at::Tensor& t = axis.share;
  const at::Tensor fade = t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
  const at::Tensor slope = t * t * (t - 1.0).square() * 30.0;
  axis.weight = {1.0 - fade, fade};
  axis.descent = {-slope, slope};
  return axis;
}

/// One component of the gradients at the corners (a, b) of the cells of all samples.
at::Tensor at_corner(const at::Tensor& lattice, const Axis& y, const Axis& x, std::int64_t a,
                     std::int64_t b) {
  return lattice.index_select(0, y.cell + a).index_select(1, x.cell + b);
}

}  // namespace

PerlinNoise perlin_noise(const at::Tensor& y, const at::Tensor& x, std::uint64_t seed) {
  const Axis along_y = axis_of(y), along_x = axis_of(x);
  RandomStream random(seed, "perlin_noise");
  const at::Tensor draw = random.uniform({2 * along_y.half + 1, 2 * along_x.half + 1});
  const at::Tensor angle = (draw * kDirections).floor() * (2.0 * std::numbers::pi / kDirections);
  const at::Tensor lattice_y = angle.sin(), lattice_x = angle.cos();
  PerlinNoise noise;
  for (std::int64_t a = 0; a < 2; ++a) {
    const at::Tensor w_y = along_y.weight[a].unsqueeze(1), d_y = along_y.descent[a].unsqueeze(1);
    const at::Tensor t = (along_y.share - static_cast<double>(a)).unsqueeze(1);
    for (std::int64_t b = 0; b < 2; ++b) {
      const at::Tensor &w_x = along_x.weight[b], &d_x = along_x.descent[b];
      const at::Tensor g_y = at_corner(lattice_y, along_y, along_x, a, b);
      const at::Tensor g_x = at_corner(lattice_x, along_y, along_x, a, b);
      const at::Tensor ramp = g_y * t + g_x * (along_x.share - static_cast<double>(b));
      const auto add = [](at::Tensor& sum, const at::Tensor& term) {
        sum = sum.defined() ? sum + term : term;
      };
      add(noise.value, w_y * w_x * ramp);
      add(noise.slope_y, d_y * w_x * ramp + w_y * w_x * g_y);
      add(noise.slope_x, w_y * d_x * ramp + w_y * w_x * g_x);
    }
  }
  return noise;
}

}  // namespace parfocal::optics
