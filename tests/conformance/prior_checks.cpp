// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/random.h"
#include "solvers/prior.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {
namespace {

constexpr std::int64_t kSide = 4;  // 16 unknowns: small enough for a search without derivatives

/// step R(w) + 1/2 |w - v|^2 of every candidate w [n, 1, side, side].
at::Tensor objective(const Prior& prior, const at::Tensor& w, const at::Tensor& v, double step) {
  const at::Tensor distance = (w - v).square().sum(at::IntArrayRef{1, 2, 3});
  return prior.value(w).to(at::kDouble) * step + distance * 0.5;
}

/// Least objective that a random search from `start` finds: 64 normal steps around the best point,
/// wider after a success and narrower after a failure.
double searched_minimum(const Prior& prior, at::Tensor start, const at::Tensor& v, double step) {
  RandomStream random(8, "search");
  double best = objective(prior, start, v, step)[0].item<double>();
  double width = 0.3;
  for (int round = 0; round < 400; ++round) {
    const at::Tensor tried = start + random.normal({64, 1, kSide, kSide}) * width;
    const at::Tensor values = objective(prior, tried, v, step);
    const std::int64_t index = values.argmin().item<std::int64_t>();
    const double value = values[index].item<double>();
    if (value < best) {
      best = value;
      start = tried.narrow(0, index, 1);
      width *= 1.5;
    } else {
      width *= 0.8;
    }
    if (width < 1e-9) width = 1e-2;
  }
  return best;
}

/// The prox is the minimiser: no search finds less, neither from v nor from the prox itself. The
/// objective is strongly convex, so an excess of e means an error of at most sqrt(2 e).
void check_prox(const Prior& prior, double step, Findings& findings) {
  const at::Tensor v = test::random_normal({1, 1, kSide, kSide}, at::kDouble, 5);
  const at::Tensor found = prior.prox(v, step);
  const double at_prox = objective(prior, found, v, step)[0].item<double>();
  const double from_prox = searched_minimum(prior, found, v, step);
  const double from_v = searched_minimum(prior, v.abs(), v, step);
  const double excess = at_prox - std::min(from_prox, from_v);
  findings.measure("prox: excess over search, step " + std::to_string(step), excess, 1e-6);
}

void check_prox_is_nonexpansive(const Prior& prior, Findings& findings) {
  const at::Tensor a = test::random_normal({2, 1, 16, 24}, at::kDouble, 6);
  const at::Tensor b = test::random_normal({2, 1, 16, 24}, at::kDouble, 7);
  const at::Tensor moved = prior.prox(a, 0.7) - prior.prox(b, 0.7);
  const double ratio = moved.norm().item<double>() / (a - b).norm().item<double>();
  findings.measure("prox: Lipschitz constant", ratio, 1.0 + 1e-3);
}

void check_gradient_of_value(const Prior& prior, Findings& findings) {
  const at::Tensor v = test::random_normal({1, 1, 8, 8}, at::kDouble, 9);
  const at::Tensor closed = prior.gradient(v);
  const auto number = [&] { return prior.value(v).sum().item<double>(); };
  const auto report = test::check_gradient(number, {{"v", v}}, {closed});
  findings.require(report.good(), "gradient() against differences of value():\n" + report.table());
}

/// What the prior says it lacks throws UsageError with its name.
template <class Call>
void check_lacking(bool has, const std::string& what, const std::string& name, const Call& call,
                   Findings& findings) {
  if (has) return;
  std::string message;
  try {
    call();
  } catch (const UsageError& error) {
    message = error.what();
  }
  findings.require(message.find(name) != std::string::npos,
                   "has no " + what + ", but asking for it throws no UsageError with its name");
}

}  // namespace

void check_prior(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built = build_subject<Prior>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const Prior& prior = *built.component;
  const at::Tensor v = test::random_normal({2, 1, 16, 24}, at::kDouble, 1);
  findings.require(prior.name() == subject.config.type->name, "name() is not its type");
  check_lacking(
      prior.has_value(), "value", prior.name(), [&] { static_cast<void>(prior.value(v)); },
      findings);
  check_lacking(
      prior.has_gradient(), "gradient", prior.name(), [&] { static_cast<void>(prior.gradient(v)); },
      findings);
  check_lacking(
      prior.has_prox(), "prox", prior.name(), [&] { static_cast<void>(prior.prox(v, 0.1)); },
      findings);
  if (prior.has_value()) {
    // The absolute value is finite for a constraint too.
    check_batch([&](const at::Tensor& w) { return prior.value(w); }, v.abs(), ", value", 1e-13,
                findings);
  }
  if (prior.has_prox()) {
    check_batch([&](const at::Tensor& w) { return prior.prox(w, 0.3); }, v, ", prox", 1e-12,
                findings);
    if (prior.is_convex()) check_prox_is_nonexpansive(prior, findings);
  }
  if (prior.has_prox() && prior.has_value()) {
    for (const double step : {0.1, 2.0}) check_prox(prior, step, findings);
  }
  if (prior.has_gradient() && prior.has_value()) check_gradient_of_value(prior, findings);
  check_leaves_are_hung(subject, *built.parameters, findings);
}

}  // namespace parfocal::conformance
