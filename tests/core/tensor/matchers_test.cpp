// SPDX-License-Identifier: Apache-2.0
#include "tests/support/matchers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>

#include <limits>

#include "tests/support/adjoint_gap.h"

namespace parfocal::test {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Matchers, AcceptWithinToleranceAndRefuseBeyond) {
  const at::Tensor x = random_normal({2, 3, 4}, at::kDouble, 1);
  at::Tensor moved = x.clone();
  moved[1][2][3] += 1e-6;
  EXPECT_TRUE(close(moved, x, 1.01e-6));
  EXPECT_FALSE(close(moved, x, 0.99e-6));
  EXPECT_TRUE(identical(x, x.clone()));
  EXPECT_FALSE(identical(moved, x));
  EXPECT_TRUE(close_relative(100.0 * moved, 100.0 * x, 1e-6));
  EXPECT_FALSE(close_relative(moved, x, 1e-8));
}

TEST(Matchers, NanNeverPasses) {
  at::Tensor x = random_normal({5}, at::kDouble, 2), broken = x.clone();
  broken[3] = kNan;
  EXPECT_FALSE(close(broken, x, 1e30));
  EXPECT_FALSE(close(x, broken, 1e30));
  EXPECT_FALSE(close(broken, broken, 1e30));
  EXPECT_FALSE(close_relative(x, broken, 1e30));
  EXPECT_FALSE(identical(broken, broken));
  EXPECT_FALSE(close(kNan, 0.0, 1e30));
  EXPECT_FALSE(close(kNan, kNan, 1e30));
  EXPECT_FALSE(relative_difference(broken, x) <= 1e30);
}

TEST(Matchers, WrongFormFailsWithBothForms) {
  const at::Tensor x = at::zeros({2, 3}, at::kDouble);
  EXPECT_STREQ(close(x.to(at::kFloat), x, 1.0).message(),
               "got float32 [2, 3] on cpu, expected float64 [2, 3] on cpu");
  EXPECT_FALSE(close(x.reshape({3, 2}), x, 1.0));
  EXPECT_FALSE(close(at::Tensor(), x, 1.0));
}

TEST(Matchers, FailureNamesIndexGotExpectedAndTolerance) {
  const at::Tensor x = at::zeros({2, 3}, at::kDouble);
  at::Tensor moved = x.clone();
  moved[1][0] = 0.5;
  EXPECT_STREQ(close(moved, x, 0.25).message(),
               "worst at [1, 0]: got 0.5, expected 0, difference 0.5, tolerance 0.25");
}

TEST(Matchers, ComplexValuesAreComparedByTheirDistance) {
  const at::Tensor x = random_normal({4}, at::kComplexDouble, 3);
  EXPECT_TRUE(close(x * c10::complex<double>(0.0, 1.0), x * c10::complex<double>(0.0, 1.0), 0.0));
  EXPECT_FALSE(close(x.conj(), x, 1e-3));
}

}  // namespace
}  // namespace parfocal::test
