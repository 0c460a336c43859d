// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/parameter_checks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>

#include <cmath>
#include <optional>

#include "core/config/schema.h"
#include "core/operators/bounds.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"

namespace parfocal::conformance {
namespace {

constexpr double kGradientLimit = 1e-6;

void report_gradient(const std::string& what, const test::GradientReport& report,
                     Findings& findings) {
  findings.require(report.good(), "gradient of " + what + ":\n" + report.table());
  double worst = 0.0;
  for (const test::GradientEntry& entry : report.entries) {
    if (!entry.good || entry.relative <= kGradientLimit) worst = std::max(worst, entry.relative);
  }
  findings.measure("gradient of " + what, worst, kGradientLimit);
}

}  // namespace

at::Tensor weighed(const at::Tensor& values) {
  const at::Tensor real = values.is_complex() ? at::view_as_real(values.resolve_conj()) : values;
  const at::Tensor weights = test::random_normal(real.sizes(), real.scalar_type(), 99);
  return (real * weights.to(real.device())).sum();
}

namespace {

/// `side` is 1 for a lower bound and -1 for an upper one. A leaf may be bound tighter than its key.
bool inside_key(const std::optional<Bound>& key, double leaf, double scale, bool open, int side) {
  if (!key) return true;
  const double tighter = side * (leaf * scale - key->value);
  if (!(std::isfinite(leaf) && tighter >= -1e-12 * scale)) return false;
  return tighter > 1e-12 * scale || open == !key->inclusive;
}

/// What a key allows is what a training of its leaf may reach; a training can start.
void check_bounds(const KeySchema& key, const std::string& path, const Parameter& parameter,
                  Findings& findings) {
  const Bounds& bounds = parameter.bounds;
  findings.require(inside_key(key.lower, bounds.lower, parameter.scale, bounds.lower_open, 1) &&
                       inside_key(key.upper, bounds.upper, parameter.scale, bounds.upper_open, -1),
                   "the leaf " + path + " has not the bounds of its key");
  const BoundedLeaf bounded(path, parameter, BoundedLeaf::By::kReparametrization);
  findings.require(bounded.free().isfinite().all().item<bool>(),
                   "a training of " + path + " starts at infinity");
}

}  // namespace

void check_leaves_are_hung(const Subject& subject, const ParameterTree& parameters,
                           Findings& findings) {
  std::size_t promised = 0, hung = 0;
  for (const KeySchema& key : subject.config.type->schema->keys) {
    if (key.trainable_unit.empty()) continue;
    ++promised;
    const std::string path = subject.config.path + "." + key.name;
    if (parameters.contains(path)) check_bounds(key, path, parameters.at(path), findings);
  }
  for (const auto& [path, parameter] : parameters.all()) {
    findings.require(!parameter.unit.empty(), "parameter " + path + " has no unit");
    if (parameter.trainable && path.starts_with(subject.config.path + ".")) ++hung;
  }
  findings.require(hung >= promised, "says that " + std::to_string(promised) +
                                         " keys can be trained, but hangs " + std::to_string(hung) +
                                         " leaves into the ParameterTree");
}

namespace {

/// A leaf that is 0 everywhere may have a gradient that is 0 for the wrong reason.
void move_off_zero(const ParameterTree& parameters) {
  std::uint64_t seed = 50;
  for (const auto& [path, parameter] : parameters.all()) {
    const at::Tensor leaf = parameter.leaf;
    if (leaf.abs().max().item<double>() > 0.0) continue;
    const at::Tensor step = test::random_normal(leaf.sizes(), leaf.scalar_type(), ++seed) * 0.01;
    leaf.add_(parameter.bounds.lower < 0.0 ? step : step.abs());
  }
}

}  // namespace

void check_parameter_gradients(const ParameterTree& parameters,
                               const std::function<at::Tensor()>& output, Findings& findings,
                               double step) {
  test::GradientOptions options;
  options.step = step;
  options.max_entries = 12;
  move_off_zero(parameters);
  for (const auto& [path, parameter] : parameters.all()) {
    if (!parameter.trainable) continue;
    const at::Tensor leaf = parameter.leaf;
    leaf.requires_grad_(true);
    const auto report =
        test::check_gradient([&] { return weighed(output()); }, {{path, leaf}}, options);
    report_gradient(path, report, findings);
    leaf.requires_grad_(false);
  }
}

void check_input_gradient(const std::function<at::Tensor(const at::Tensor&)>& map,
                          const at::Tensor& x, Findings& findings, double step) {
  const bool complex = x.is_complex();
  const at::Tensor leaf = (complex ? at::view_as_real(x) : x).clone().requires_grad_(true);
  const auto scalar = [&] { return weighed(map(complex ? at::view_as_complex(leaf) : leaf)); };
  test::GradientOptions options;
  options.step = step;
  report_gradient("the input", test::check_gradient(scalar, {{"x", leaf}}, options), findings);
}

void check_batch(const std::function<at::Tensor(const at::Tensor&)>& map, const at::Tensor& x,
                 const std::string& what, double limit, Findings& findings) {
  std::vector<at::Tensor> singles;
  for (std::int64_t item = 0; item < x.size(0); ++item) {
    singles.push_back(map(x.narrow(0, item, 1)));
  }
  findings.measure("batch of two against two singles" + what,
                   test::relative_difference(map(x), at::cat(singles)), limit);
}

}  // namespace parfocal::conformance
