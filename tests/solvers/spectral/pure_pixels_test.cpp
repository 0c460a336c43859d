// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/pure_pixels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/tensor/random.h"

namespace parfocal::test {
namespace {

using solvers::pure_pixels;
using ::testing::UnorderedElementsAre;

TEST(PurePixels, AreFoundAmongMixtures) {
  RandomStream random(5, "mixtures");
  const at::Tensor spectra = random.uniform({4, 50}) + 0.1;
  at::Tensor shares = random.uniform({200, 4}) + 0.02;
  for (std::int64_t k = 0; k < 4; ++k) {
    shares[17 * k + 3] = at::zeros({4}, at::kDouble);
    shares[17 * k + 3][k] = 1.0;
  }
  const at::Tensor brightness = random.uniform({200, 1}) * 5 + 0.5;
  const at::Tensor rows = at::matmul(shares, spectra) * brightness;
  EXPECT_THAT(pure_pixels(rows, 4), UnorderedElementsAre(3, 20, 37, 54));
}

TEST(PurePixels, RefusesMoreSpectraThanPoints) {
  EXPECT_THROW(static_cast<void>(pure_pixels(RandomStream(1).uniform({3, 9}), 4)), UsageError);
}

}  // namespace
}  // namespace parfocal::test
