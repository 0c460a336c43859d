// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/parameter_checks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>

#include "core/config/schema.h"
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

void check_leaves_are_hung(const Subject& subject, const ParameterTree& parameters,
                           Findings& findings) {
  std::size_t promised = 0, hung = 0;
  for (const KeySchema& key : subject.config.type->schema->keys) {
    if (!key.trainable_unit.empty()) ++promised;
  }
  for (const auto& [path, parameter] : parameters.all()) {
    findings.require(!parameter.unit.empty(), "parameter " + path + " has no unit");
    if (parameter.trainable && path.starts_with(subject.config.path + ".")) ++hung;
  }
  findings.require(hung >= promised, "says that " + std::to_string(promised) +
                                         " keys can be trained, but hangs " + std::to_string(hung) +
                                         " leaves into the ParameterTree");
}

void check_parameter_gradients(const ParameterTree& parameters,
                               const std::function<at::Tensor()>& output, Findings& findings) {
  test::GradientOptions options;
  options.step = 1e-3;
  options.max_entries = 12;
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
                          const at::Tensor& x, Findings& findings) {
  const bool complex = x.is_complex();
  const at::Tensor leaf = (complex ? at::view_as_real(x) : x).clone().requires_grad_(true);
  const auto scalar = [&] { return weighed(map(complex ? at::view_as_complex(leaf) : leaf)); };
  report_gradient("the input", test::check_gradient(scalar, {{"x", leaf}}), findings);
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
