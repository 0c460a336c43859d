// SPDX-License-Identifier: Apache-2.0
#include "tests/learned/networks/direct_sums.h"

#include <ATen/TensorAccessor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "tests/support/adjoint_gap.h"

namespace parfocal::test {
namespace {

using learned::Padding;

/// Where index i of an axis is read, -1 for nowhere.
std::int64_t read_at(std::int64_t i, std::int64_t side, Padding padding) {
  if (padding == Padding::kCircular) return (i % side + side) % side;
  if (padding == Padding::kReplicate) return std::clamp<std::int64_t>(i, 0, side - 1);
  return i < 0 || i >= side ? -1 : i;
}

at::Tensor bias_of(const BuiltNetwork& built, const std::string& name) {
  const std::string path = "network." + name + ".bias";
  return built.parameters->contains(path) ? built.parameters->at(path).leaf : at::Tensor();
}

/// One output pixel without its bias; (top, left) is where the window begins.
double window_sum(const at::TensorAccessor<double, 3>& image,
                  const at::TensorAccessor<double, 3>& weight, std::int64_t top, std::int64_t left,
                  const DirectConvolution& how) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < weight.size(0); ++i) {
    for (std::int64_t y = 0; y < weight.size(1); ++y) {
      for (std::int64_t x = 0; x < weight.size(2); ++x) {
        const auto row = read_at(top + how.dilation * y, image.size(1), how.padding);
        const auto column = read_at(left + how.dilation * x, image.size(2), how.padding);
        if (row >= 0 && column >= 0) sum += weight[i][y][x] * image[i][row][column];
      }
    }
  }
  return sum;
}

}  // namespace

at::Tensor direct_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                              const DirectConvolution& how) {
  const std::int64_t border = how.stride == 1 ? how.dilation * (weight.size(2) - 1) / 2 : 0;
  const at::Tensor y = at::zeros(
      {x.size(0), weight.size(0), x.size(2) / how.stride, x.size(3) / how.stride}, at::kDouble);
  auto out = y.accessor<double, 4>();
  const at::Tensor plain = x.detach();
  const auto in = plain.accessor<double, 4>(), w = weight.accessor<double, 4>();
  for (std::int64_t b = 0; b < y.size(0); ++b) {
    for (std::int64_t o = 0; o < y.size(1); ++o) {
      const double offset = bias.defined() ? bias[o].item<double>() : 0.0;
      for (std::int64_t row = 0; row < y.size(2); ++row) {
        for (std::int64_t column = 0; column < y.size(3); ++column) {
          out[b][o][row][column] = offset + window_sum(in[b], w[o], how.stride * row - border,
                                                       how.stride * column - border, how);
        }
      }
    }
  }
  return y;
}

at::Tensor direct_transposed(const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& bias) {
  const at::Tensor y =
      at::zeros({x.size(0), weight.size(1), 2 * x.size(2), 2 * x.size(3)}, at::kDouble);
  for (std::int64_t i = 0; i < y.size(0) * y.size(1) * y.size(2) * y.size(3); ++i) {
    const std::int64_t column = i % y.size(3), row = i / y.size(3) % y.size(2);
    const std::int64_t o = i / (y.size(3) * y.size(2)) % y.size(1);
    const std::int64_t b = i / (y.size(3) * y.size(2) * y.size(1));
    double sum = bias.defined() ? bias[o].item<double>() : 0.0;
    for (std::int64_t c = 0; c < x.size(1); ++c) {
      sum += weight[c][o][row % 2][column % 2].item<double>() *
             x[b][c][row / 2][column / 2].item<double>();
    }
    y[b][o][row][column].fill_(sum);
  }
  return y;
}

at::Tensor direct_max_pool(const at::Tensor& x) {
  const at::Tensor y = at::zeros({x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2}, at::kDouble);
  const auto in = x.accessor<double, 4>();
  auto out = y.accessor<double, 4>();
  for (std::int64_t b = 0; b < y.size(0); ++b) {
    for (std::int64_t c = 0; c < y.size(1); ++c) {
      for (std::int64_t r = 0; r < y.size(2); ++r) {
        for (std::int64_t s = 0; s < y.size(3); ++s) {
          out[b][c][r][s] = std::max({in[b][c][2 * r][2 * s], in[b][c][2 * r][2 * s + 1],
                                      in[b][c][2 * r + 1][2 * s], in[b][c][2 * r + 1][2 * s + 1]});
        }
      }
    }
  }
  return y;
}

at::Tensor direct_layer(const BuiltNetwork& built, const std::string& name, const at::Tensor& x,
                        const DirectConvolution& how) {
  return direct_convolution(x, built.leaf(name + ".weight"), bias_of(built, name), how);
}

at::Tensor direct_up(const BuiltNetwork& built, const std::string& name, const at::Tensor& x) {
  return direct_transposed(x, built.leaf(name + ".weight"), bias_of(built, name));
}

void draw_biases(const BuiltNetwork& built) {
  std::uint64_t seed = 20;
  for (const auto& [path, parameter] : built.parameters->all()) {
    if (!path.ends_with(".bias")) continue;
    parameter.leaf.copy_(random_normal(parameter.leaf.sizes(), at::kDouble, ++seed));
  }
}

}  // namespace parfocal::test
