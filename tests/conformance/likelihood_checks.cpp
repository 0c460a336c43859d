// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include "core/operators/likelihood.h"
#include "core/tensor/tensor_checks.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {
namespace {

at::Tensor test_mean(const Likelihood& likelihood) {
  RandomStream random(3, "mean");
  return random.uniform({test::kBatch, likelihood.colors(), test::kNy, test::kNx}) * 200.0 + 5.0;
}

void check_gradients(const Likelihood& likelihood, const at::Tensor& mean, const at::Tensor& counts,
                     Findings& findings) {
  const at::Tensor leaf = mean.clone().requires_grad_(true);
  const at::Tensor nll = likelihood.negative_log_likelihood(leaf, counts).sum();
  const at::Tensor by_autograd = torch::autograd::grad({nll}, {leaf})[0];
  const at::Tensor closed = likelihood.gradient(mean, counts);
  findings.measure("gradient() against autograd of nll",
                   test::relative_difference(closed, by_autograd), 1e-10);
  const at::Tensor varied = mean.clone();
  const auto number = [&] {
    return likelihood.negative_log_likelihood(varied, counts).sum().item<double>();
  };
  const auto report = test::check_gradient(number, {{"mean", varied}}, {closed});
  findings.require(report.good(), "gradient() against differences of nll:\n" + report.table());
}

/// Mean 0 and second moment of the score at one expected image, from samples: five standard errors
/// of the sampling, and 2 % for likelihoods that are normal approximations.
void check_score(const Likelihood& likelihood, double level, Findings& findings) {
  const at::Tensor mean =
      at::full({200, likelihood.colors(), test::kNy, test::kNx}, level, at::kDouble);
  RandomStream random(4, "score");
  const at::Tensor score = likelihood.gradient(mean, likelihood.sample(mean, random));
  const double fisher = likelihood.fisher_weight(mean).mean().item<double>();
  const double root = std::sqrt(static_cast<double>(mean.numel()));
  const at::Tensor square = score * score;
  const std::string at_level = " at " + std::to_string(static_cast<int>(level)) + " photons";
  findings.measure("|mean score| / standard error" + at_level,
                   std::abs(score.mean().item<double>()) / std::sqrt(fisher) * root, 5.0);
  const double error = square.std().item<double>() / root;
  findings.measure("|score^2 - Fisher| / allowed" + at_level,
                   std::abs(square.mean().item<double>() - fisher) / (5.0 * error + 0.02 * fisher),
                   1.0);
}

void check_shapes(const Likelihood& likelihood, const at::Tensor& mean, const at::Tensor& counts,
                  Findings& findings) {
  const std::vector<std::int64_t> expected{mean.size(0), mean.size(1) / likelihood.colors(),
                                           mean.size(2), mean.size(3)};
  findings.require(counts.sizes() == at::IntArrayRef(expected),
                   "counts have not the shape of the mean, a channel for each mosaic of colors");
  const auto quadratic = likelihood.quadratic(counts);
  findings.require(likelihood.gradient(mean, counts).sizes() == mean.sizes() &&
                       likelihood.fisher_weight(mean).sizes() == mean.sizes() &&
                       quadratic.target.sizes() == mean.sizes() &&
                       quadratic.weight.sizes() == mean.sizes(),
                   "gradient, Fisher weight or quadratic term have not the shape of the mean");
}

void check_dead_pixel(const Likelihood& likelihood, const at::Tensor& mean,
                      const at::Tensor& counts, Findings& findings) {
  at::Tensor broken = counts.clone();
  broken.select(-1, 3).fill_(std::numeric_limits<double>::quiet_NaN());
  const auto quadratic = likelihood.quadratic(broken);
  const at::Tensor weights = quadratic.weight.select(-1, 3);
  findings.require(weights.abs().max().item<double>() == 0.0, "a dead pixel has weight");
  findings.require(all_finite(likelihood.negative_log_likelihood(mean, broken)),
                   "a dead pixel makes the nll not finite");
  findings.require(
      likelihood.gradient(mean, broken).select(-1, 3).abs().max().item<double>() == 0.0,
      "a dead pixel has a gradient");
}

}  // namespace

void check_likelihood(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<Likelihood>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const Likelihood& likelihood = *built.component;
  const at::Tensor mean = test_mean(likelihood);
  RandomStream random(5, "counts"), again(5, "counts");
  const at::Tensor counts = likelihood.sample(mean, random);
  check_shapes(likelihood, mean, counts, findings);
  findings.require(static_cast<bool>(test::identical(likelihood.sample(mean, again), counts)),
                   "the same stream gives other counts");
  check_gradients(likelihood, mean, counts, findings);
  check_score(likelihood, 100.0, findings);
  check_score(likelihood, 400.0, findings);
  check_dead_pixel(likelihood, mean, counts, findings);
  const at::Tensor nll = likelihood.negative_log_likelihood(mean, counts);
  findings.require(nll.dim() == 1 && nll.size(0) == test::kBatch, "nll is not [batch]");
  const auto item_nll = [&](const at::Tensor& both) {
    const std::int64_t colors = mean.size(1);
    return likelihood.negative_log_likelihood(both.narrow(1, 0, colors),
                                              both.narrow(1, colors, both.size(1) - colors));
  };
  check_batch(item_nll, at::cat({mean, counts}, 1), ", nll", 1e-13, findings);
  const auto quadratic = likelihood.quadratic(counts);
  findings.require(quadratic.weight.min().item<double>() >= 0.0, "a quadratic weight is negative");
  check_leaves_are_hung(subject, *built.parameters, findings);
  check_parameter_gradients(
      *built.parameters, [&] { return likelihood.negative_log_likelihood(mean, counts); },
      findings);
}

}  // namespace parfocal::conformance
