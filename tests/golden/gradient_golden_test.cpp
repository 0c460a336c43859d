// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "solvers/proximal/fista.h"
#include "solvers/proximal/gradient_descent.h"
#include "tests/golden/tutorial_data.h"
#include "tests/solvers/problems.h"

namespace parfocal::test {
namespace {

using lensless::LenslessConvolution;
using lensless::Padding;
using lensless::SceneDomain;
using lensless::TransferScaling;

constexpr double kTolerance = 1e-9;

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

TEST(GradientGolden, TutorialFistaGivesThePublishedImage) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(8);
  EXPECT_NEAR(data.psf.sum().item<double>(), 86.479876695487, 1e-10);
  EXPECT_NEAR(data.counts.sum().item<double>(), 140.692810125021, 1e-10);
  const Problem problem = tutorial_problem(data, at::kDouble, tutorial_model(), {non_negative()});
  expect_image(solvers::Fista(fista("tutorial", 2.0, 1)), problem,
               {7.928547293358e+00, 6.737469111112e-02, 1.344100825038e+03, 6.435957263434e-02});
  expect_image(solvers::Fista(fista("tutorial", 2.0, 20)), problem,
               {1.253313785310e+01, 3.957251040433e-01, 9.280175366453e+02, 3.643837700770e-01});
}

TEST(GradientGoldenCi, TutorialFistaAfterAHundredIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const Problem problem =
      tutorial_problem(load_tutorial(8), at::kDouble, tutorial_model(), {non_negative()});
  expect_image(solvers::Fista(fista("tutorial", 2.0, 100)), problem,
               {1.793852990981e+01, 1.154548523603e+00, 8.683538812638e+02, 6.967364670400e-01});
}

TEST(GradientGolden, PicamFistaGivesThePublishedImage) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const Problem problem =
      tutorial_problem(load_tutorial(4), at::kDouble, picam_model(), {non_negative()});
  expect_image(solvers::Fista(fista("picam", 1.8, 20)), problem,
               {8.655983701767e+00, 1.329475657503e-01, 1.315011677574e+03, 1.228471065030e-01});
}

TEST(GradientGoldenCi, PicamMethodsAfterAHundredIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const Problem problem =
      tutorial_problem(load_tutorial(4), at::kDouble, picam_model(), {non_negative()});
  expect_image(solvers::GradientDescent(descent(0.0)), problem,
               {8.815784743800e+00, 1.473976686676e-01, 1.307439281558e+03, 1.318302203688e-01});
  expect_image(solvers::GradientDescent(descent(0.9)), problem,
               {1.187528299598e+01, 3.525790192301e-01, 1.240974919389e+03, 2.306024543549e-01});
  expect_image(solvers::Fista(fista("picam", 1.8, 100)), problem,
               {1.249890375656e+01, 4.044028292791e-01, 1.239247463194e+03, 2.433873457055e-01});
}

}  // namespace
}  // namespace parfocal::test
