// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/solver_checks.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "optics/detectors/gaussian_detector.h"
#include "tests/conformance/behaviour.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {
namespace {

constexpr std::int64_t kSteps = 12;

Problem one_item(const Problem& problem, std::int64_t item) {
  Problem single = problem;
  single.counts = problem.counts.narrow(0, item, 1);
  return single;
}

}  // namespace

Problem test_problem(const Subject& subject, at::ScalarType dtype, at::Device device,
                     ImageFiles* files) {
  RandomStream random(6, "problem");
  const at::Tensor psf = random.uniform({1, test::kNy, test::kNx});
  const auto model = std::make_shared<lensless::LenslessConvolution>(
      (psf / psf.sum()).to(device, dtype), lensless::LenslessConvolution::Options{});
  Problem problem;
  problem.model = model;
  problem.likelihood = std::make_shared<optics::GaussianDetector>(
      optics::GaussianDetector::Params{}, BuildContext{});
  const at::Tensor object = random.uniform({test::kBatch, 1, test::kNy, test::kNx}).square();
  const at::Tensor padded = pad_centred(object, model->padded_y(), model->padded_x());
  problem.counts = model->forward(padded.to(device, dtype));
  BuildContext context;
  context.dtype = dtype;
  context.device = device;
  context.files = files;
  for (const ComponentConfig& prior : subject.priors) {
    problem.priors.push_back(build<Prior>(prior, context));
  }
  return problem;
}

at::Tensor solved(const Solver& solver, const Problem& problem) {
  const auto state = solver.init(problem);
  const std::int64_t steps = std::min(kSteps, solver.iterations());
  for (std::int64_t i = 0; i < steps; ++i) solver.step(problem, *state);
  return solver.estimate(problem, *state);
}

void check_solver(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<Solver>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const Solver& solver = *built.component;
  const Problem problem = test_problem(subject, at::kDouble, at::kCPU, files);
  const at::Tensor both = solved(solver, problem);
  findings.require(both.sizes() == problem.counts.sizes(),
                   "the estimate is not [batch, channel, n_y, n_x] of the sensor");
  findings.require(static_cast<bool>(test::identical(solved(solver, problem), both)),
                   "a second solve with the same solver gives other bits: it keeps a state");
  const at::Tensor singles =
      at::cat({solved(solver, one_item(problem, 0)), solved(solver, one_item(problem, 1))});
  findings.measure("batch of two against two singles", test::relative_difference(both, singles),
                   1e-10);
  const auto state = solver.init(problem);
  solver.step(problem, *state);
  findings.require(solver.relative_change(*state).size() == test::kBatch,
                   "relative_change() is not one number per item");
  for (const auto& [name, values] : solver.monitor(problem, *state)) {
    findings.require(values.size() == test::kBatch, "monitor " + name + " is not one per item");
  }
  findings.require(solver.iterations() >= 1, "iterations() is below 1");
  findings.require(solver.bytes_per_unknown() > 0.0, "bytes_per_unknown() is not declared");
}

}  // namespace parfocal::conformance
