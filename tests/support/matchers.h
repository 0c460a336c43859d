// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

namespace parfocal::test {

/// Comparisons for EXPECT_TRUE. A failure prints got, expected, tolerance and the worst index; NaN,
/// a wrong shape and a wrong dtype fail. Complex tensors are compared by |got - expected|.
/// Tested by: tests/core/tensor/matchers_test.cpp.
[[nodiscard]] testing::AssertionResult close(double got, double expected, double tolerance);
/// max |got - expected| <= tolerance.
[[nodiscard]] testing::AssertionResult close(const at::Tensor& got, const at::Tensor& expected,
                                             double tolerance);
/// max |got - expected| <= tolerance max |expected|.
[[nodiscard]] testing::AssertionResult close_relative(const at::Tensor& got,
                                                      const at::Tensor& expected, double tolerance);
/// Same dtype, shape and value everywhere.
[[nodiscard]] testing::AssertionResult identical(const at::Tensor& got, const at::Tensor& expected);

/// max |got - expected| / max |expected|; NaN if anything is not a number, or shapes differ.
[[nodiscard]] double relative_difference(const at::Tensor& got, const at::Tensor& expected);

}  // namespace parfocal::test
