// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/gradient_golden.h"

#include <ATen/core/Tensor.h>

namespace parfocal::test {
namespace {

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

TEST(GradientGolden, PicamFistaGivesThePublishedImage) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const Problem problem =
      tutorial_problem(load_tutorial(4), at::kDouble, picam_model(), {non_negative()});
  expect_image(solvers::Fista(fista("picam", 1.8, 20)), problem,
               {8.655983701767e+00, 1.329475657503e-01, 1.315011677574e+03, 1.228471065030e-01});
}

}  // namespace
}  // namespace parfocal::test
