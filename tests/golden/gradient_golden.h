// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#include "solvers/proximal/fista.h"
#include "solvers/proximal/gradient_descent.h"
#include "tests/golden/tutorial_data.h"
#include "tests/solvers/problems.h"

namespace parfocal::test {

/// Camera of DiffuserCam-Tutorial's GD.py, and of LenslessPiCam's gradient methods.
[[nodiscard]] lensless::LenslessConvolution::Options tutorial_model();
[[nodiscard]] lensless::LenslessConvolution::Options picam_model();

[[nodiscard]] solvers::Fista::Params fista(const char* variant, double step_factor,
                                           std::int64_t iterations);
[[nodiscard]] solvers::GradientDescent::Params descent(double momentum);

/// Norm, maximum, sum and centre pixel to 1e-9, relative.
void expect_image(const Solver& solver, const Problem& problem, const ImageNumbers& expected);

}  // namespace parfocal::test
