// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "core/operators/likelihood.h"

namespace parfocal::optics {

/// A detector with additive normal noise of the same strength everywhere.
///
///   y = m + sigma e,  e ~ N(0, 1);     nll = 1/2 sum (m - y)^2 / sigma^2
///
/// Convention: the constant log(sigma sqrt(2 pi)) per pixel is left out.
/// Units:      mean, counts and sigma in the unit of the data.
/// Invariants: quadratic() is exact; a pixel that is not finite has weight 0 and adds nothing.
/// Tested by:  tests/optics/detectors/gaussian_detector_test.cpp.
class GaussianDetector final : public Likelihood {
 public:
  struct Params {
    double sigma = 1.0;
  };
  static void describe(Schema<Params>& s);

  GaussianDetector(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override;
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean,
                                    const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor& mean) const override;
  [[nodiscard]] Quadratic quadratic(const at::Tensor& counts) const override;

 private:
  double sigma_;
  double weight_;  // 1 / sigma^2
};

}  // namespace parfocal::optics
