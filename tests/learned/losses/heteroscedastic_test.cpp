// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/heteroscedastic.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/learned/losses/plain_camera.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

struct Case {
  imaging::IncoherentImaging model = plain_camera(5, 6);
  optics::PoissonDetector detector = photon_counter();
  learned::Heteroscedastic loss{learned::Heteroscedastic::Params{}};
  at::Tensor object = random_normal({2, 1, 5, 6}, at::kDouble, 1);
  at::Tensor estimate = random_normal({2, 3, 5, 6}, at::kDouble, 2);
  at::Tensor variance = random_normal({2, 3, 5, 6}, at::kDouble, 3).square() + 0.1;

  [[nodiscard]] Trial trial() const {
    Trial trial{model, detector, 100.0, object, estimate};
    trial.variance = variance;
    return trial;
  }
  [[nodiscard]] at::Tensor value() const { return loss.value(trial()); }
};

TEST(Heteroscedastic, IsTheMeanOverSamplesConditionsAndPixels) {
  Case c;
  c.object = at::tensor({0.2, 0.6}, at::kDouble).reshape({1, 1, 1, 2});
  c.estimate = at::tensor({0.3, 0.6, 0.2, 0.9}, at::kDouble).reshape({1, 2, 1, 2});
  c.variance = at::tensor({0.01, 0.02, 0.04, 0.09}, at::kDouble).reshape({1, 2, 1, 2});
  const double first = 0.01 / 0.02 + std::log(0.01 * 0.02) / 2;
  const double second = 0.09 / 0.18 + std::log(0.04 * 0.09) / 2;
  EXPECT_NEAR(c.value().item<double>(), (first + second) / 4, 1e-14);
  EXPECT_NEAR(c.loss.condition_scores(c.trial())[1].item<double>(), second / 2, 1e-14);
}

TEST(Heteroscedastic, HasTheClosedFormGradients) {
  Case c;
  const at::Tensor error = c.estimate - c.object;
  const double n = static_cast<double>(error.numel());
  const GradientReport closed = check_gradient(
      [&] { return c.value().item<double>(); },
      {{"estimate", c.estimate}, {"variance", c.variance}},
      {error / c.variance / n, (1.0 / c.variance - (error / c.variance).square()) / (2.0 * n)},
      {1e-3});
  EXPECT_TRUE(closed.good()) << closed.table();
  c.estimate.requires_grad_(true);
  c.variance.requires_grad_(true);
  const GradientReport automatic = check_gradient(
      [&] { return c.value(); }, {{"estimate", c.estimate}, {"variance", c.variance}}, {1e-3});
  EXPECT_TRUE(automatic.good()) << automatic.table();
}

TEST(Heteroscedastic, IsLeastWhereTheVarianceIsTheMeanSquaredError) {
  Case c;
  const double error = (c.estimate - c.object).square().mean().item<double>();
  const auto at_variance = [&](double v) {
    c.variance = at::scalar_tensor(v, at::kDouble).expand({2, 3, 5, 6});
    return c.value().item<double>();
  };
  EXPECT_NEAR(at_variance(error), 0.5 + std::log(error) / 2, 1e-13);
  const double step = 1e-3 * error;
  EXPECT_NEAR((at_variance(error + step) - at_variance(error - step)) / (2 * step), 0.0, 1e-6);
  EXPECT_GT(at_variance(1.1 * error), at_variance(error));
  EXPECT_GT(at_variance(0.9 * error), at_variance(error));
}

TEST(Heteroscedastic, NeedsAPredictedVariance) {
  Case c;
  c.variance = at::Tensor();
  EXPECT_THROW(static_cast<void>(c.value()), UsageError);
}

}  // namespace
}  // namespace parfocal::test
