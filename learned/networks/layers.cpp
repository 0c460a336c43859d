// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/layers.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/relu.h>

#include <cmath>

#include "core/check.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::learned {
namespace {

std::optional<at::Tensor> present(const at::Tensor& bias) {
  return bias.defined() ? std::optional(bias) : std::nullopt;
}

/// `count` samples beyond one end of an axis. Slices, because their gradient is deterministic on
/// every device.
at::Tensor beyond(const at::Tensor& x, std::int64_t axis, std::int64_t count, bool front,
                  Padding padding) {
  const std::int64_t side = x.size(axis);
  if (padding == Padding::kCircular) {
    PARFOCAL_CHECK(count <= side);
    return x.narrow(axis, front ? side - count : 0, count);
  }
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.dim()), -1);
  sizes[static_cast<std::size_t>(axis)] = count;
  return x.narrow(axis, front ? 0 : side - 1, 1).expand(sizes);
}

at::Tensor pad_axis(const at::Tensor& x, std::int64_t axis, std::int64_t front, std::int64_t back,
                    Padding padding) {
  if (front == 0 && back == 0) return x;
  return at::cat({beyond(x, axis, front, true, padding), x, beyond(x, axis, back, false, padding)},
                 axis);
}

}  // namespace

at::Tensor pad(const at::Tensor& x, const Border& border, Padding padding) {
  if (padding == Padding::kZeros) {
    return at::constant_pad_nd(x, {border.left, border.right, border.top, border.bottom});
  }
  const at::Tensor rows = pad_axis(x, x.dim() - 2, border.top, border.bottom, padding);
  return pad_axis(rows, x.dim() - 1, border.left, border.right, padding);
}

at::Tensor pad_to_multiple(const at::Tensor& x, std::int64_t step) {
  const auto rest = [step](std::int64_t side) { return (step - side % step) % step; };
  return pad(x, {0, rest(x.size(-2)), 0, rest(x.size(-1))}, Padding::kReplicate);
}

at::Tensor crop_like(const at::Tensor& y, const at::Tensor& x) {
  return y.narrow(-2, 0, x.size(-2)).narrow(-1, 0, x.size(-1));
}

at::Tensor max_pool_2x2(const at::Tensor& x) {
  PARFOCAL_CHECK(x.size(-2) % 2 == 0);
  PARFOCAL_CHECK(x.size(-1) % 2 == 0);
  const auto every_second = [&](std::int64_t y, std::int64_t first) {
    return x.slice(-2, y, x.size(-2), 2).slice(-1, first, x.size(-1), 2);
  };
  return at::maximum(at::maximum(every_second(0, 0), every_second(0, 1)),
                     at::maximum(every_second(1, 0), every_second(1, 1)));
}

void check_images(const std::string& name, const at::Tensor& x, const at::Tensor& weight,
                  std::int64_t channels) {
  check_tensor(name, x, weight.scalar_type(), {-1, channels, -1, -1}, weight.device());
  PARFOCAL_CHECK(x.numel() > 0);
}

Convolution::Convolution(Weights& weights, const std::string& name, const ConvolutionShape& shape)
    : shape_(shape) {
  const auto products = static_cast<double>(shape.in * shape.kernel * shape.kernel);
  weight_ = weights.leaf(
      name + ".weight", {shape.out, shape.in, shape.kernel, shape.kernel},
      shape.starts_at_zero ? 0.0 : std::sqrt((shape.rectified ? 2.0 : 1.0) / products));
  if (shape.bias) bias_ = weights.leaf(name + ".bias", {shape.out}, 0.0);
}

at::Tensor Convolution::forward(const at::Tensor& x) const {
  const std::int64_t border = shape_.stride == 1 ? shape_.dilation * (shape_.kernel - 1) / 2 : 0;
  const bool inside = border > 0 && shape_.padding != Padding::kZeros;
  const at::Tensor wide = inside ? pad(x, {border, border, border, border}, shape_.padding) : x;
  return at::conv2d(wide, weight_, present(bias_), shape_.stride, inside ? 0 : border,
                    shape_.dilation);
}

TransposedConvolution::TransposedConvolution(Weights& weights, const std::string& name,
                                             std::int64_t in, std::int64_t out, bool bias)
    : weight_(weights.leaf(name + ".weight", {in, out, 2, 2},
                           std::sqrt(1.0 / static_cast<double>(in)))) {
  if (bias) bias_ = weights.leaf(name + ".bias", {out}, 0.0);
}

at::Tensor TransposedConvolution::forward(const at::Tensor& x) const {
  return at::conv_transpose2d(x, weight_, present(bias_), 2);
}

ConvolutionChain::ConvolutionChain(Weights& weights, std::vector<ConvolutionShape> shapes) {
  PARFOCAL_CHECK(!shapes.empty());
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    shapes[i].rectified = i + 1 < shapes.size();
    layers_.emplace_back(weights, "model." + std::to_string(2 * i), shapes[i]);
  }
}

at::Tensor ConvolutionChain::forward(const at::Tensor& x) const {
  at::Tensor y = layers_.front().forward(x);
  for (std::size_t i = 1; i < layers_.size(); ++i) y = layers_[i].forward(at::relu(y));
  return y;
}

}  // namespace parfocal::learned
