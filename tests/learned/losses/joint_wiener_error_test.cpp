// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/joint_wiener_error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_inv.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "optics/detectors/poisson_detector.h"
#include "tests/solvers/problems.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using learned::JointWienerError;

constexpr std::int64_t kY = 4, kX = 5;

JointWienerError::Params two_unknowns() {
  JointWienerError::Params params;
  params.unknowns = {{"a", {0.5, 0.06, 3.0}}, {"b", {0.0, 0.4, 2.0}}};
  return params;
}

/// The covariance of a stationary object as a matrix: a circular convolution with the inverse
/// transform of its spectrum.
at::Tensor dense_covariance(const ObjectSpectrum& object) {
  const at::Tensor points = at::eye(kY * kX, at::kDouble).view({kY * kX, kY, kX});
  return irfft2(rfft2(points) * object.power(kY, kX), kY, kX).flatten(1).t();
}

TEST(JointWienerError, IsTheTraceOfTheDensePosteriorCovariance) {
  const RandomBank model(3, 2, kY, kX);
  const UnitGaussian detector;  // Variance 1 everywhere, 1 / photons^2 in object values.
  constexpr double kPhotons = 2.0;
  const JointWienerError::Params params = two_unknowns();
  const at::Tensor identity = at::eye(2 * kY * kX, at::kDouble);
  const at::Tensor a = model.forward(identity.view({2 * kY * kX, 2, kY, kX})).flatten(1).t();
  at::Tensor precision = at::zeros({2 * kY * kX, 2 * kY * kX}, at::kDouble);
  for (std::int64_t k = 0; k < 2; ++k) {
    precision.narrow(0, k * kY * kX, kY * kX)
        .narrow(1, k * kY * kX, kY * kX)
        .copy_(
            at::linalg_inv(dense_covariance(params.unknowns[static_cast<std::size_t>(k)].second)));
  }
  const at::Tensor posterior = at::linalg_inv(precision + kPhotons * kPhotons * a.t().matmul(a));
  const at::Tensor errors = posterior.diagonal().view({2, kY * kX}).mean(1);
  const double first = errors[0].item<double>() / 0.06, second = errors[1].item<double>() / 0.4;

  const JointWienerError loss(params);
  const Trial trial{model, detector, kPhotons, {}, {}};
  EXPECT_NEAR(loss.value(trial).item<double>(), 10.0 * std::log10(0.5 * (first + second)), 1e-9);
  EXPECT_NEAR(loss.condition_scores(trial)[0].item<double>(), -10.0 * std::log10(first), 1e-9);
  EXPECT_NEAR(loss.condition_scores(trial)[1].item<double>(), -10.0 * std::log10(second), 1e-9);
}

/// The same bank whose images are relative to unequal levels.
class RelativeBank final : public LinearOperator, public TransferFunctions, public RelativeImages {
 public:
  [[nodiscard]] at::Tensor forward(const at::Tensor& v) const override { return bank_.forward(v); }
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& y) const override { return bank_.adjoint(y); }
  [[nodiscard]] Shape domain() const override { return bank_.domain(); }
  [[nodiscard]] Shape range() const override { return bank_.range(); }
  [[nodiscard]] at::ScalarType dtype() const override { return at::kDouble; }
  [[nodiscard]] at::Tensor transfer() const override { return bank_.transfer(); }
  [[nodiscard]] std::int64_t padded_y() const override { return kY; }
  [[nodiscard]] std::int64_t padded_x() const override { return kX; }
  [[nodiscard]] std::int64_t sensor_y() const override { return kY; }
  [[nodiscard]] std::int64_t sensor_x() const override { return kX; }
  [[nodiscard]] at::Tensor light_shares() const override {
    return at::tensor({0.5, 0.25}, at::kDouble);
  }

 private:
  RandomBank bank_{2, 1, kY, kX};
};

TEST(JointWienerError, AnImageOfTwiceTheLightCountsTwice) {
  const RelativeBank model;
  const optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
  JointWienerError::Params params;
  params.unknowns = {{"a", {0.0, 0.06, 3.0}}};
  const at::Tensor h = model.transfer()[0].select(1, 0);
  const ObjectSpectrum& object = params.unknowns[0].second;
  const at::Tensor power = object.power(kY, kX);
  // Poisson light of n photons has the relative variance 1 / n.
  const at::Tensor information =
      power.reciprocal() + 1000.0 * (0.5 * h[0].abs().square() + 0.25 * h[1].abs().square());
  const double error = plane_mean(information.reciprocal(), kX).item<double>() / 0.06;
  const Trial trial{model, detector, 1000.0, {}, {}};
  EXPECT_NEAR(JointWienerError(params).value(trial).item<double>(), 10.0 * std::log10(error), 1e-9);
}

TEST(JointWienerError, AnotherNumberOfUnknownsIsRefused) {
  const RandomBank model(3, 1, kY, kX);
  const UnitGaussian detector;
  EXPECT_THROW(
      static_cast<void>(JointWienerError(two_unknowns()).value({model, detector, 1.0, {}, {}})),
      UsageError);
}

}  // namespace
}  // namespace parfocal::test
