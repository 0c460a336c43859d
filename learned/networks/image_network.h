// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "learned/networks/network.h"

namespace parfocal::learned {

enum class NetworkPrecision { kFloat32, kFloat64 };

/// A network of one channel that maps images of any batch and channels, each on its own, to one or
/// several.
///
/// Layout:     [batch, channel, n_y, n_x], object values; the network's leaves under PATH.KEY.
/// Precision:  weights and activations as told; the result has the dtype of the image.
/// Errors:     UsageError for a network of other channels.
/// Tested by:  tests/learned/networks/network_stage_test.cpp, tests/learned/unrolled.
class ImageNetwork {
 public:
  /// `context` is that of the component that holds the network under `key`.
  ImageNetwork(ComponentConfig config, BuildContext context, const std::string& key,
               NetworkPrecision precision, std::int64_t channels_out = 1);

  /// The first image that the network gives of each.
  [[nodiscard]] at::Tensor forward(const at::Tensor& image) const;
  /// All of them, [channels_out, batch, channel, n_y, n_x].
  [[nodiscard]] at::Tensor forward_all(const at::Tensor& image) const;
  /// The weights, where the context has a ParameterTree.
  [[nodiscard]] const std::vector<at::Tensor>& leaves() const { return leaves_; }

 private:
  at::ScalarType dtype_;
  std::shared_ptr<const Network> network_;
  std::vector<at::Tensor> leaves_;
};

/// `precision`, the same for every stage with a network.
template <class P>
void describe_precision(Schema<P>& s, NetworkPrecision P::*member) {
  s.choice("precision", member,
           {{"float32", NetworkPrecision::kFloat32}, {"float64", NetworkPrecision::kFloat64}})
      .doc("Type of weights and activations.");
}

}  // namespace parfocal::learned
