// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "optics/detectors/poisson_detector.h"
#include "solvers/solver.h"
#include "solvers/stage.h"
#include "tests/support/gradient_check.h"

namespace parfocal::test {

/// A component as its YAML text describes it, and the leaves that it hung under `path`.
template <class Interface>
struct FromText {
  ParameterTree tree;
  std::shared_ptr<Interface> component;

  [[nodiscard]] std::vector<NamedLeaf> leaves() const {
    std::vector<NamedLeaf> all;
    for (const auto& [name, parameter] : tree.all()) all.push_back({name, parameter.leaf});
    return all;
  }
};

[[nodiscard]] ComponentConfig config_from(const std::string& kind, const std::string& yaml);
[[nodiscard]] BuildContext context_in(ParameterTree& tree, const std::string& path);

/// In float64, of run seed 4.
template <class Interface>
std::unique_ptr<FromText<Interface>> from_text(const std::string& yaml,
                                               const std::string& path = "reconstruction.stage") {
  auto built = std::make_unique<FromText<Interface>>();
  ComponentConfig config = config_from(std::string(Interface::kKind), yaml);
  config.path = path;
  built->component = build<Interface>(config, context_in(built->tree, path));
  return built;
}

/// A small lensless camera, its detector and images of two objects.
struct StageCase {
  static constexpr std::int64_t kSide = 12;
  static constexpr double kPhotons = 400.0;

  explicit StageCase(std::int64_t batch = 2, at::ScalarType dtype = at::kDouble);

  [[nodiscard]] StageScene scene() const { return {*model, detector, kPhotons}; }
  /// The same seen through another point response.
  [[nodiscard]] static std::shared_ptr<lensless::LenslessConvolution> camera_with(
      const at::Tensor& psf);

  at::Tensor psf;    ///< [1, n, n], leaf.
  at::Tensor image;  ///< [batch, 1, n, n], object values, leaf.
  std::shared_ptr<lensless::LenslessConvolution> model;
  optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
};

/// A real scalar that weighs every pixel by seeded numbers.
[[nodiscard]] at::Tensor weighed_sum(const at::Tensor& values);

/// Moves biases away from 0, where a ReLU that sees a dark image has its kink.
void leave_kinks(const std::vector<NamedLeaf>& leaves);

/// Whether the derivative of f along a seeded direction of each leaf is that of autograd, to 1e-6 of
/// four central differences: two evaluations per order, for functions that are a long iteration.
[[nodiscard]] testing::AssertionResult exact_along_directions(const std::function<at::Tensor()>& f,
                                                              const std::vector<NamedLeaf>& leaves,
                                                              double step);

/// Nodes of the graph behind a tensor: what a backward pass keeps.
[[nodiscard]] std::int64_t graph_nodes(const at::Tensor& value);

}  // namespace parfocal::test
