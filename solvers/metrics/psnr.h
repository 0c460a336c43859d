// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/operators/component.h"
#include "core/operators/fields.h"
#include "solvers/metrics/matching.h"

namespace parfocal::solvers {

/// Peak signal-to-noise ratio.
///
///   PSNR = 10 log10( peak^2 / mean((e - x)^2) ),   peak = max(x) unless it is given
///
/// with the estimate e scaled and clipped as `Matching` says.
///
/// Convention: without a given peak it is the largest value of the reference x, over all channels of
///             an item.
///             Published numbers use any of the three scales, which differ by several dB: state it.
///             Both images over their maxima is `scale: maximum`; the range [0, 1] of 8-bit images
///             is `clip: [0, 1], peak: 1`.
/// Layout:     estimate e and reference x [batch, channel, n_y, n_x]; result float64 [batch].
/// Units:      dB.
/// Invariants: gain >= any other scale; blind to a common factor of e and x without peak and clip;
///             equal images are refused, because their ratio is infinite.
/// Errors:     NumericError for a reference without a positive value, and for equal images.
/// Tested by:  tests/solvers/metrics/psnr_test.cpp, conformance.
class Psnr final : public Metric {
 public:
  struct Params : Matching {
    std::optional<double> peak;
  };
  static void describe(Schema<Params>& s);

  explicit Psnr(const Params& params) : params_(params) {}
  Psnr(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] at::Tensor evaluate(const at::Tensor& estimate,
                                    const at::Tensor& reference) const override;
  [[nodiscard]] std::string unit() const override { return "dB"; }

 private:
  Params params_;
};

}  // namespace parfocal::solvers
