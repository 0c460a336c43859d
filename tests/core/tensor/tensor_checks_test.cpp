// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/tensor_checks.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "core/check.h"

namespace parfocal {
namespace {

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const LogicError& error) {
    return error.what();
  }
  return "no error";
}

TEST(TensorChecks, MessageHasNameExpectedAndGot) {
  const at::Tensor x = at::zeros({480, 640}, at::kDouble);
  EXPECT_EQ(message_of([&] {
              check_tensor("counts", x, at::kFloat, {-1, 1, 480, 640});
            }),
            "counts: expected float32 [B, 1, 480, 640] on cpu, got float64 [480, 640] on cpu");
  EXPECT_EQ(message_of([&] {
              check_trailing("x", x, at::kDouble, {3, 480, 640});
            }),
            "x: expected float64 [..., 3, 480, 640], got float64 [480, 640] on cpu");
  EXPECT_EQ(message_of([&] {
              check_tensor("x", at::Tensor(), at::kBool, {2, -1});
            }),
            "x: expected bool [2, *] on cpu, got an undefined tensor");
}

TEST(TensorChecks, AcceptsWhatFits) {
  const at::Tensor x = at::zeros({2, 3, 4}, at::kComplexFloat);
  EXPECT_NO_THROW(check_tensor("x", x, at::kComplexFloat, {-1, 3, -1}));
  EXPECT_NO_THROW(check_trailing("x", x, at::kComplexFloat, {3, 4}, at::kCPU));
  EXPECT_NO_THROW(check_trailing("x", x, at::kComplexFloat, {2, 3, 4}));
}

TEST(TensorChecks, RefusesWrongDtypeSizeAndDevice) {
  const at::Tensor x = at::zeros({2, 3}, at::kFloat);
  EXPECT_THROW(check_tensor("x", x, at::kDouble, {2, 3}), LogicError);
  EXPECT_THROW(check_tensor("x", x, at::kFloat, {2, 4}), LogicError);
  EXPECT_THROW(check_tensor("x", x, at::kFloat, {2}), LogicError);
  EXPECT_THROW(check_tensor("x", x, at::kFloat, {2, 3}, at::Device(at::kCUDA, 0)), LogicError);
  EXPECT_THROW(check_trailing("x", x, at::kFloat, {3}, at::Device(at::kCUDA, 0)), LogicError);
}

TEST(TensorChecks, AllFiniteSeesNanAndInfinity) {
  at::Tensor x = at::zeros({3, 3}, at::kComplexDouble);
  EXPECT_TRUE(all_finite(x));
  EXPECT_TRUE(all_finite(at::zeros({0})));
  EXPECT_FALSE(all_finite(at::full({2}, std::numeric_limits<double>::quiet_NaN())));
  EXPECT_FALSE(all_finite(at::full({2}, -std::numeric_limits<double>::infinity())));
}

}  // namespace
}  // namespace parfocal
