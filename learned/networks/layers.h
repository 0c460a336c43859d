// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "learned/networks/weights.h"

namespace parfocal::learned {

/// What lies beyond the border of an image: nothing, the opposite side, or the border itself.
enum class Padding { kZeros, kCircular, kReplicate };

/// x with pixels around it. With kCircular, each number is at most the side.
struct Border {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;
};
[[nodiscard]] at::Tensor pad(const at::Tensor& x, const Border& border, Padding padding);

/// The last row and column repeated until both sides are multiples of `step`.
[[nodiscard]] at::Tensor pad_to_multiple(const at::Tensor& x, std::int64_t step);

/// The first rows and columns of y, as many as x has.
[[nodiscard]] at::Tensor crop_like(const at::Tensor& y, const at::Tensor& x);

/// Largest of each 2 x 2 block; sides are even. Where several are largest they share the gradient.
[[nodiscard]] at::Tensor max_pool_2x2(const at::Tensor& x);

/// LogicError unless x is [batch, channels, n_y, n_x] like the weight in dtype and device.
void check_images(const std::string& name, const at::Tensor& x, const at::Tensor& weight,
                  std::int64_t channels);

struct ConvolutionShape {
  std::int64_t in = 1, out = 1;
  std::int64_t kernel = 3, stride = 1, dilation = 1;
  bool bias = true;
  bool rectified = true;        ///< A ReLU follows.
  bool starts_at_zero = false;  ///< Not drawn.
  Padding padding = Padding::kZeros;
};

/// Convolution as networks mean it: a correlation without a flip of the kernel.
///
///   y[o, r] = b[o] + sum_{i, q} w[o, i, q] x[i, s r + d (q - (k - 1) / 2)]
///
/// K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers", ICCV (2015), eq. (10): drawn
/// normal with deviation sqrt(2 / n) before a ReLU and sqrt(1 / n) elsewhere, n the number of
/// products in a sum; biases start at 0.
/// Layout:     weight [out, in, k, k], bias [out]; leaves NAME.weight and NAME.bias.
/// Convention: with stride 1, padded so that the size stays; with a larger one, not padded and the
///             window begins at s r.
/// Tested by:  tests/learned/networks/layers_test.cpp (direct sums).
class Convolution {
 public:
  Convolution(Weights& weights, const std::string& name, const ConvolutionShape& shape);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const;
  [[nodiscard]] const at::Tensor& weight() const { return weight_; }

 private:
  ConvolutionShape shape_;
  at::Tensor weight_, bias_;
};

/// Doubles both sides: y[o, 2 r + q] = b[o] + sum_i w[i, o, q] x[i, r], q in {0, 1}^2.
///
/// Layout:     weight [in, out, 2, 2], bias [out]; leaves as above, drawn with sqrt(1 / in).
/// Tested by:  tests/learned/networks/layers_test.cpp (direct sums).
class TransposedConvolution {
 public:
  TransposedConvolution(Weights& weights, const std::string& name, std::int64_t in,
                        std::int64_t out, bool bias);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

/// Convolutions with a ReLU between each and the next.
///
/// Layout:     leaves `model.0`, `model.2`, `model.4`, ...: the ReLUs are counted, as in the files
///             of KAIR (github.com/cszn/KAIR).
/// Tested by:  tests/learned/networks/layers_test.cpp.
class ConvolutionChain {
 public:
  /// `rectified` of the shapes is set here.
  ConvolutionChain(Weights& weights, std::vector<ConvolutionShape> shapes);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const;
  [[nodiscard]] const at::Tensor& first_weight() const { return layers_.front().weight(); }

 private:
  std::vector<Convolution> layers_;
};

}  // namespace parfocal::learned
