// SPDX-License-Identifier: Apache-2.0
#include "optics/field_power.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/real.h>
#include <gtest/gtest.h>

#include <torch/csrc/autograd/autograd.h>
#include "core/check.h"

#include "core/error.h"
#include "core/tensor/random.h"

namespace parfocal::optics {
namespace {

at::Tensor field_of(at::IntArrayRef shape) {
  RandomStream random(3, "field_power_test");
  const at::Tensor re = random.normal(shape), im = random.normal(shape);
  return at::complex(re, im);
}

/// By tensor operations, block by block.
at::Tensor direct(const at::Tensor& field, std::int64_t side) {
  const at::Tensor power = at::real(field * field.conj());
  return power.reshape({field.size(0), field.size(1) / side, side, field.size(2) / side, side})
      .sum({2, 4});
}

at::Tensor gradient(const at::Tensor& value, const at::Tensor& leaf, bool graph = false) {
  return torch::autograd::grad({value}, {leaf}, {}, true, graph)[0];
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(FieldPower, EqualsTheSumOfSquares) {
  const at::Tensor field = field_of({2, 6, 12});
  for (const std::int64_t side : {1, 2, 3}) {
    EXPECT_LE(difference(field_power(field, side), direct(field, side)), 1e-13) << side;
    EXPECT_LE(
        difference(field_power(field.transpose(1, 2), side), direct(field.transpose(1, 2), side)),
        1e-13);
    EXPECT_LE(difference(field_power(field.to(at::kComplexFloat), side), direct(field, side)),
              2e-5);
  }
}

TEST(FieldPower, BothDerivativesAreThoseOfTheSumOfSquares) {
  const at::Tensor field = field_of({2, 6, 12}).requires_grad_(true);
  for (const std::int64_t side : {1, 2, 3}) {
    const auto objective = [&](const at::Tensor& power) { return power.pow(3).sum(); };
    const at::Tensor own = objective(field_power(field, side));
    const at::Tensor other = objective(direct(field, side));
    EXPECT_LE(difference(gradient(own, field), gradient(other, field)), 1e-9) << side;
    const at::Tensor single = field.detach().to(at::kComplexFloat).requires_grad_(true);
    const at::Tensor power = field_power(single, side).sum();
    EXPECT_LE(difference(gradient(power, single), field * 2), 1e-5);
    const auto second = [&](const at::Tensor& value) {
      const at::Tensor first = gradient(value, field, true);
      return gradient(at::real(first * first.conj()).sum(), field);
    };
    EXPECT_LE(difference(second(own), second(other)),
              1e-9 * second(other).abs().max().item<double>());
  }
}

TEST(FieldPower, RefusesWhatIsNoFieldOrDoesNotDivide) {
  EXPECT_THROW(static_cast<void>(field_power(at::real(field_of({1, 4, 4})))), LogicError);
  EXPECT_THROW(static_cast<void>(field_power(field_of({1, 4, 5}), 2)), LogicError);
}

}  // namespace
}  // namespace parfocal::optics
