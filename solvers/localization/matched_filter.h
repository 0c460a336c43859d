// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/operators/component.h"
#include "solvers/localization/detection.h"

namespace parfocal::solvers {

/// Places where the image of an emitter at some depth explains the frame: for images whose brightest
/// pixel is not where the emitter is.
///
///   s(r) = max_k sum_p (d(r + p) - m) t_k(p) / (sigma |t_k|),     t_k = h_k - mean(h_k)
///
/// the photons that fit best over their standard deviation; m is the median of the frame, sigma its
/// noise, 1.4826 times the median of |d - m|. A local maximum of s in the box is a spot where s
/// reaches the threshold.
///
/// D. O. North, Proc. IEEE 51, 1016 (1963, reprint).
/// Convention: h_k at `planes` depths that divide the model's range evenly; outside of the frame the
///             light is m. Where more than half of the pixels are equal, sigma is the root of the
///             mean.
/// Units:      threshold in standard deviations.
/// Errors:     UsageError for an even box; LogicError where no model is known.
/// Tested by:  tests/solvers/matched_filter_test.cpp (direct sums), tests/conformance.
class MatchedFilter final : public Detection {
 public:
  struct Params {
    std::int64_t box = 11;
    double threshold = 8.0;
    std::int64_t planes = 17;
  };
  static void describe(Schema<Params>& s);

  MatchedFilter(const Params& params, const BuildContext&) : params_(params) {}

  void know(const Operator& model) override;
  [[nodiscard]] std::vector<Spot> detect(const at::Tensor& frames) const override;
  [[nodiscard]] std::string score_name() const override { return "significance"; }
  [[nodiscard]] std::string score_unit() const override { return "sigma"; }

 private:
  /// Conjugate transforms of the patterns, padded for frames of this size.
  [[nodiscard]] at::Tensor spectra(std::int64_t n_y, std::int64_t n_x) const;
  /// s of one frame [n_y, n_x].
  [[nodiscard]] at::Tensor significance(const at::Tensor& frame, const at::Tensor& spectra) const;

  Params params_;
  at::Tensor patterns_;  // t_k / |t_k|, [plane, n_y, n_x], float64.
};

}  // namespace parfocal::solvers
