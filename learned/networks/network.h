// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace parfocal {

/// A map from images to images with learned weights.
///
/// Layout:     x [batch, channels_in(), n_y, n_x] -> [batch, channels_out(), n_y, n_x].
/// Units:      values of the object scaled to about [0, 1]; every weight is a leaf of unit "1" in
///             the ParameterTree under PATH.LAYER.weight and the like, of the dtype of the context.
/// Invariants: forward is pure: no state, no randomness; a batch of two equals two singles.
/// Errors:     LogicError for a wrong shape, dtype or device with expected and got.
/// Tested by:  tests/learned/networks, tests/conformance.
class Network {
 public:
  static constexpr std::string_view kKind = "network";

  virtual ~Network() = default;
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& x) const = 0;
  [[nodiscard]] virtual std::int64_t channels_in() const = 0;
  [[nodiscard]] virtual std::int64_t channels_out() const = 0;
};

}  // namespace parfocal
