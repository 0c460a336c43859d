// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/mean_squared_error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "optics/detectors/poisson_detector.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::test {
namespace {

struct Case {
  imaging::IncoherentImaging model{random_normal({2, 3, 3}, at::kDouble, 1),
                                   imaging::Boundary::kPeriodic};
  optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
  learned::MeanSquaredError loss{learned::MeanSquaredError::Params{}};

  /// One object of two pixels, two conditions.
  [[nodiscard]] Trial trial() const {
    return {model, detector, 100.0, at::tensor({0.2, 0.6}, at::kDouble).reshape({1, 1, 1, 2}),
            at::tensor({0.3, 0.6, 0.2, 0.9}, at::kDouble).reshape({1, 2, 1, 2})};
  }
};

TEST(MeanSquaredError, CountsConditionsAndPixelsAlike) {
  const Case c;
  const double value = c.loss.value(c.trial()).item<double>();
  EXPECT_NEAR(value, (0.01 + 0.09) / 4.0, 1e-15);
  EXPECT_NEAR(c.loss.score(value), -10.0 * std::log10(0.025), 1e-12);
  const at::Tensor each = c.loss.condition_scores(c.trial());
  EXPECT_NEAR(each[0].item<double>(), -10.0 * std::log10(0.005), 1e-12);
  EXPECT_NEAR(each[1].item<double>(), -10.0 * std::log10(0.045), 1e-12);
}

TEST(MeanSquaredError, NeedsAnEstimate) {
  const Case c;
  EXPECT_THROW(static_cast<void>(c.loss.value({c.model, c.detector, 100.0, {}, {}})), UsageError);
}

}  // namespace
}  // namespace parfocal::test
