// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/step_scalars.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/softplus.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace parfocal::learned {
namespace {

const LearnableScalar& offered_as(const std::string& name, const std::string& solver,
                                  const std::vector<LearnableScalar>& offered,
                                  const std::string& path) {
  const auto found = std::ranges::find(offered, name, &LearnableScalar::name);
  if (found != offered.end()) return *found;
  std::vector<std::string> known;
  for (const LearnableScalar& scalar : offered) known.push_back(scalar.name);
  throw UsageError(fmt::format("{}.learn = {}: {} cannot learn it here; {}", path, name, solver,
                               known.empty()
                                   ? "it has no number that can be learned"
                                   : fmt::format("it can learn {}", fmt::join(known, ", "))));
}

}  // namespace

double inverse_softplus(double number) { return number + std::log(-std::expm1(-number)); }

StepScalars::StepScalars(const BuildContext& context, const std::string& solver,
                         const std::vector<LearnableScalar>& offered,
                         const std::vector<std::string>& names, std::int64_t count) {
  std::vector<std::string> wanted = names;
  if (names == std::vector<std::string>{"all"}) {
    wanted.clear();
    for (const LearnableScalar& scalar : offered) wanted.push_back(scalar.name);
  }
  for (const std::string& name : wanted) {
    const LearnableScalar& scalar = offered_as(name, solver, offered, context.path);
    if (!(scalar.value > 0.0)) {
      throw UsageError(context.path + ".learn: " + name + " = " + std::to_string(scalar.value) +
                       ": only a positive number can be learned; give it one, or leave it out");
    }
    const at::Tensor leaf = at::full({count}, inverse_softplus(scalar.value),
                                     at::TensorOptions().dtype(at::kDouble).device(context.device));
    if (context.parameters != nullptr) {
      context.parameters->add(context.child(name).path, {leaf, "1"});
    }
    leaves_.emplace_back(name, leaf);
  }
}

std::map<std::string, at::Tensor> StepScalars::of_step(std::int64_t k, at::ScalarType dtype) const {
  std::map<std::string, at::Tensor> numbers;
  for (const auto& [name, leaf] : leaves_) {
    numbers[name] = at::softplus(leaf[std::min(k, leaf.size(0) - 1)]).to(dtype);
  }
  return numbers;
}

}  // namespace parfocal::learned
