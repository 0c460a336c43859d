// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "learned/losses/mean_absolute_error.h"
#include "learned/losses/multi_scale.h"
#include "learned/losses/structural_similarity.h"
#include "learned/losses/weighted_sum.h"
#include "solvers/metrics/ssim.h"
#include "tests/learned/losses/plain_camera.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::test {
namespace {

constexpr std::int64_t kNy = 13, kNx = 14;

struct Case {
  imaging::IncoherentImaging model = plain_camera(kNy, kNx);
  optics::PoissonDetector detector = photon_counter();
  at::Tensor object = random_normal({2, 1, kNy, kNx}, at::kDouble, 1);
  at::Tensor estimate = random_normal({2, 3, kNy, kNx}, at::kDouble, 2);

  [[nodiscard]] Trial trial() const { return {model, detector, 100.0, object, estimate}; }
  [[nodiscard]] Trial nothing() const { return {model, detector, 100.0, {}, {}}; }
};

double number(const at::Tensor& value) { return value.item<double>(); }

TEST(MeanAbsoluteError, CountsConditionsAndPixelsAlike) {
  const Case c;
  const learned::MeanAbsoluteError loss(learned::MeanAbsoluteError::Params{});
  const Trial trial{c.model, c.detector, 100.0,
                    at::tensor({0.2, 0.6}, at::kDouble).reshape({1, 1, 1, 2}),
                    at::tensor({0.3, 0.6, 0.2, 0.1}, at::kDouble).reshape({1, 2, 1, 2})};
  EXPECT_NEAR(number(loss.value(trial)), 0.15, 1e-15);
  EXPECT_NEAR(number(loss.condition_scores(trial)[0]), 0.05, 1e-15);
  EXPECT_NEAR(number(loss.condition_scores(trial)[1]), 0.25, 1e-15);
  EXPECT_THROW(static_cast<void>(loss.value(c.nothing())), UsageError);
}

TEST(StructuralSimilarity, IsTheMetricOfEveryCondition) {
  const Case c;
  const learned::StructuralSimilarity loss({2.0});
  solvers::Ssim::Params params;
  params.data_range = 2.0;
  double sum = 0.0;
  for (std::int64_t k = 0; k < 3; ++k) {
    const double ssim =
        number(solvers::Ssim(params).evaluate(c.estimate.narrow(1, k, 1), c.object).mean());
    EXPECT_NEAR(number(loss.condition_scores(c.trial())[k]), ssim, 1e-13);
    sum += ssim / 3.0;
  }
  EXPECT_NEAR(number(loss.value(c.trial())), 1.0 - sum, 1e-13);
  EXPECT_NEAR(loss.score(1.0 - sum), sum, 1e-15);
  EXPECT_THROW(static_cast<void>(loss.value(c.nothing())), UsageError);
}

/// Mean of rho over cells of 2^level pixels, which at the edge have fewer.
template <class Rho>
double direct_scale(const Case& c, std::int64_t level, Rho rho) {
  const at::Tensor difference = (c.estimate - c.object).contiguous();
  double sum = 0.0, cells = 0.0;
  for (const at::Tensor& plane : difference.flatten(0, 1).unbind(0)) {
    at::Tensor now = plane;
    for (std::int64_t l = 0; l < level; ++l) {
      const std::int64_t n_y = (now.size(0) + 1) / 2, n_x = (now.size(1) + 1) / 2;
      at::Tensor coarse = at::zeros({n_y, n_x}, at::kDouble);
      for (std::int64_t i = 0; i < n_y; ++i) {
        for (std::int64_t j = 0; j < n_x; ++j) {
          coarse[i][j] = now.slice(0, 2 * i, 2 * i + 2).slice(1, 2 * j, 2 * j + 2).mean();
        }
      }
      now = coarse;
    }
    for (const at::Tensor& row : now.unbind(0)) {
      for (std::int64_t j = 0; j < row.size(0); ++j) {
        sum += rho(row[j].item<double>());
        cells += 1.0;
      }
    }
  }
  return sum / cells;
}

TEST(MultiScale, IsTheWeightedMeanOverThePyramid) {
  const Case c;
  learned::MultiScale::Params params;
  params.levels = 3;
  params.weight = 2.0;
  params.epsilon = 0.5;
  const auto charbonnier = [](double d) { return std::sqrt(d * d + 0.25) - 0.5; };
  const auto absolute = [](double d) { return std::abs(d); };
  const auto squared = [](double d) { return d * d; };
  const auto expected = [&](auto rho) {
    return (direct_scale(c, 0, rho) + 2.0 * direct_scale(c, 1, rho) +
            4.0 * direct_scale(c, 2, rho)) /
           7.0;
  };
  const auto value = [&] { return number(learned::MultiScale(params).value(c.trial())); };
  EXPECT_NEAR(value(), expected(charbonnier), 1e-13);
  params.penalty = learned::MultiScale::Penalty::kAbsolute;
  EXPECT_NEAR(value(), expected(absolute), 1e-13);
  params.penalty = learned::MultiScale::Penalty::kSquared;
  EXPECT_NEAR(value(), expected(squared), 1e-13);
  params.levels = 5;
  EXPECT_THROW(value(), UsageError);
}

TEST(WeightedSum, AddsTheValuesOfItsTerms) {
  const Case c;
  const auto error =
      std::make_shared<learned::MeanAbsoluteError>(learned::MeanAbsoluteError::Params{});
  const auto scales = std::make_shared<learned::MultiScale>(learned::MultiScale::Params{});
  const learned::WeightedSum sum({error, scales}, {0.3, -2.0});
  EXPECT_NEAR(number(sum.value(c.trial())),
              0.3 * number(error->value(c.trial())) - 2.0 * number(scales->value(c.trial())),
              1e-14);
  EXPECT_TRUE(sum.needs_estimate());
}

}  // namespace
}  // namespace parfocal::test
