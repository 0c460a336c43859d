// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/gradient_golden.h"

#include <ATen/core/Tensor.h>

namespace parfocal::test {
namespace {

TEST(GradientGolden, TutorialFistaAfterAHundredIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const Problem problem =
      tutorial_problem(load_tutorial(8), at::kDouble, tutorial_model(), {non_negative()});
  expect_image(solvers::Fista(fista("tutorial", 2.0, 100)), problem,
               {1.793852990981e+01, 1.154548523603e+00, 8.683538812638e+02, 6.967364670400e-01});
}

TEST(GradientGolden, PicamMethodsAfterAHundredIterations) {
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
