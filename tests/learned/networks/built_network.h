// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "core/operators/component.h"
#include "learned/networks/network.h"

namespace parfocal::test {

/// A network under the path "network", and its leaves.
struct BuiltNetwork {
  std::shared_ptr<Network> network;
  std::shared_ptr<ParameterTree> parameters;

  [[nodiscard]] at::Tensor leaf(const std::string& name) const {
    return parameters->at("network." + name).leaf;
  }
  [[nodiscard]] std::int64_t count() const {
    std::int64_t count = 0;
    for (const auto& [path, parameter] : parameters->all()) count += parameter.leaf.numel();
    return count;
  }
};

/// By default in float64 on the CPU.
template <class Component>
BuiltNetwork build_network(const typename Component::Params& params,
                           at::ScalarType dtype = at::kDouble, std::uint64_t seed = 3,
                           at::Device device = at::kCPU) {
  BuiltNetwork built;
  built.parameters = std::make_shared<ParameterTree>();
  BuildContext context;
  context.path = "network";
  context.dtype = dtype;
  context.device = device;
  context.seed = seed;
  context.parameters = built.parameters.get();
  built.network = std::make_shared<Component>(params, context);
  return built;
}

/// Number of weights and biases; nothing is drawn.
template <class Component>
std::int64_t count_weights(const typename Component::Params& params) {
  return build_network<Component>(params, at::kFloat, 0, at::kMeta).count();
}

}  // namespace parfocal::test
