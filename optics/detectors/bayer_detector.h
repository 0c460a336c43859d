// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "core/operators/component.h"
#include "core/operators/likelihood.h"

namespace parfocal::optics {

/// A mosaic of color filters on another detector: every pixel counts one of three colors.
///
///   s(p) = m_c(p)(p),   y ~ detector(s),   c = pattern[p_y mod 2][p_x mod 2]
///
/// B. E. Bayer, US patent 3 971 065 (1976).
/// Convention: the pattern names the pixels (0, 0), (0, 1), (1, 0), (1, 1); channels are red,
///             green, blue. The filters are ideal: what a filter lets through of a spectrum belongs
///             to the mean.
/// Layout:     mean [batch, 3, n_y, n_x], counts [batch, 1, n_y, n_x]; gradient, Fisher weight and
///             the quadratic term have the layout of the mean, 0 where a color is not counted.
/// Invariants: exactly the detector on the mosaic; it decides dead and saturated pixels.
/// Errors:     UsageError for a mean that has not three channels, or a detector with colors.
/// Tested by:  tests/optics/detectors/bayer_detector_test.cpp.
class BayerDetector final : public Likelihood {
 public:
  enum class Pattern { kRggb, kBggr, kGrbg, kGbrg };
  struct Params {
    Pattern pattern = Pattern::kRggb;
    ComponentConfig detector;
  };
  static void describe(Schema<Params>& s);

  BayerDetector(const Params& params, const BuildContext& context);

  [[nodiscard]] std::int64_t colors() const override { return 3; }
  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override;
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean,
                                    const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor& mean) const override;
  [[nodiscard]] Quadratic quadratic(const at::Tensor& counts) const override;

 private:
  /// 1 where a color is counted, [3, n_y, n_x] like the last axes of `like`.
  [[nodiscard]] at::Tensor filters(const at::Tensor& like) const;
  /// [batch, 3, n_y, n_x] -> [batch, 1, n_y, n_x]
  [[nodiscard]] at::Tensor mosaic(const at::Tensor& mean) const;

  std::string path_;
  Pattern pattern_;
  std::shared_ptr<const Likelihood> detector_;
};

}  // namespace parfocal::optics
