// SPDX-License-Identifier: Apache-2.0
#include "tests/learned/unrolled/stage_case.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/config/document.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "learned/register.h"
#include "solvers/register.h"

namespace parfocal::test {
namespace {

const Registry& registry() {
  static const Registry all = [] {
    Registry r;
    register_solvers(r);
    register_learned(r);
    return r;
  }();
  return all;
}

at::Tensor test_psf(at::ScalarType dtype) {
  const at::Tensor values =
      RandomStream(6, "psf").uniform({1, StageCase::kSide, StageCase::kSide}).pow(6);
  // Half of the light stays in the centre, so that no frequency is lost.
  const at::Tensor psf = values / (2.0 * values.sum());
  psf[0][StageCase::kSide / 2][StageCase::kSide / 2] += 0.5;
  return psf.to(dtype);
}

}  // namespace

ComponentConfig config_from(const std::string& kind, const std::string& yaml) {
  const Node root = parse_yaml("it: " + yaml, "test.yaml");
  Diagnostics diagnostics;
  ReadContext context(registry(), diagnostics);
  ReadContext place = context.child("it");
  ComponentConfig config;
  schema_detail::read_component({kind}, *root.find("it"), place, config);
  diagnostics.throw_if_any();
  return config;
}

BuildContext context_in(ParameterTree& tree, const std::string& path) {
  BuildContext context;
  context.path = path;
  context.dtype = at::kDouble;
  context.seed = 4;
  context.parameters = &tree;
  return context;
}

StageCase::StageCase(std::int64_t batch, at::ScalarType dtype)
    : psf(test_psf(dtype)), model(camera_with(psf)) {
  const at::Tensor object =
      RandomStream(7, "object").uniform({batch, 1, kSide, kSide}).square().to(dtype);
  const at::Tensor padded = pad_centred(object, model->padded_y(), model->padded_x());
  const at::Tensor noise = RandomStream(8, "noise").normal(object.sizes()).to(dtype);
  image = (model->forward(padded) + 0.01 * noise).detach();
}

std::shared_ptr<lensless::LenslessConvolution> StageCase::camera_with(const at::Tensor& psf) {
  return std::make_shared<lensless::LenslessConvolution>(psf,
                                                         lensless::LenslessConvolution::Options{});
}

at::Tensor weighed_sum(const at::Tensor& values) {
  return (values * RandomStream(9, "weights").normal(values.sizes()).to(values.scalar_type()))
      .sum();
}

void leave_kinks(const std::vector<NamedLeaf>& leaves) {
  const at::NoGradGuard no_grad;
  for (const NamedLeaf& leaf : leaves) {
    if (!leaf.name.ends_with("bias")) continue;
    leaf.leaf.copy_(RandomStream(5, leaf.name).normal(leaf.leaf.sizes()) * 0.1);
  }
}

testing::AssertionResult exact_along_directions(const std::function<at::Tensor()>& f,
                                                const std::vector<NamedLeaf>& leaves, double step) {
  std::vector<at::Tensor> inputs;
  for (const NamedLeaf& leaf : leaves) inputs.push_back(leaf.leaf.requires_grad_(true));
  const auto gradients = torch::autograd::grad({f()}, inputs);
  const at::NoGradGuard no_grad;
  auto result = testing::AssertionSuccess();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const at::Tensor& leaf = leaves[i].leaf;
    const at::Tensor first = leaf.clone();
    const at::Tensor d = RandomStream(3, leaves[i].name).normal(leaf.sizes());
    const double h = step / d.norm().item<double>();
    const auto at_distance = [&](double t) {
      leaf.copy_(first + t * d);
      return f().item<double>();
    };
    const double near = at_distance(h) - at_distance(-h);
    const double far = at_distance(2 * h) - at_distance(-2 * h);
    leaf.copy_(first);
    const double numeric = (8 * near - far) / (12 * h);
    const double analytic = (gradients[i] * d).sum().item<double>();
    const double scale = std::max(std::abs(numeric), std::abs(analytic));
    if (std::abs(numeric - analytic) <= 1e-6 * scale) continue;
    result = testing::AssertionFailure()
             << result.message() << leaves[i].name << ": autograd " << analytic << ", differences "
             << numeric << ", relative " << (analytic - numeric) / scale << "\n";
  }
  return result;
}

std::int64_t graph_nodes(const at::Tensor& value) {
  std::set<const torch::autograd::Node*> seen;
  std::vector<const torch::autograd::Node*> open{value.grad_fn().get()};
  while (!open.empty()) {
    const torch::autograd::Node* node = open.back();
    open.pop_back();
    if (node == nullptr || !seen.insert(node).second) continue;
    for (const auto& edge : node->next_edges()) open.push_back(edge.function.get());
  }
  return static_cast<std::int64_t>(seen.size());
}

}  // namespace parfocal::test
