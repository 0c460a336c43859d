// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/gradient_golden.h"

namespace parfocal::test {

using lensless::LenslessConvolution;
using lensless::Padding;
using lensless::SceneDomain;
using lensless::TransferScaling;

namespace {
constexpr double kTolerance = 1e-9;
}

LenslessConvolution::Options tutorial_model() {
  return {Padding::kPowerOfTwo, SceneDomain::kPadded, TransferScaling::kOrthonormal};
}

LenslessConvolution::Options picam_model() {
  return {Padding::kFiveSmooth, SceneDomain::kSensor, TransferScaling::kOrthonormal};
}

solvers::Fista::Params fista(const char* variant, double step_factor, std::int64_t iterations) {
  solvers::Fista::Params p;
  p.variant = variant;
  p.step_factor = step_factor;
  p.start = solvers::Start::kPsfMidrange;
  p.restart = false;
  p.output = solvers::FistaOutput::kExtrapolated;
  p.iterations = iterations;
  return p;
}

solvers::GradientDescent::Params descent(double momentum) {
  solvers::GradientDescent::Params p;
  p.step_factor = 1.8;
  p.momentum = momentum;
  p.start = solvers::Start::kPsfMidrange;
  return p;
}

void expect_image(const Solver& solver, const Problem& problem, const ImageNumbers& expected) {
  SolveOptions options;
  options.monitor_every = solver.iterations();
  const at::Tensor image = solve(solver, problem, options).estimate;
  const ImageNumbers got = numbers_of(image, image.size(-2) / 2, image.size(-1) / 2);
  EXPECT_LE(worst_difference(got, expected), kTolerance)
      << "norm " << got.norm << " for " << expected.norm << ", pixel " << got.pixel << " for "
      << expected.pixel;
}

}  // namespace parfocal::test
