// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "core/operators/fields.h"
#include "solvers/metrics/matching.h"

namespace parfocal::solvers {

/// The constants of structural similarity.
struct SsimWindow {
  std::int64_t size = 11;  ///< Pixels of the square window, odd.
  double sigma = 1.5;      ///< Of its Gaussian weights, pixels.
  double k1 = 0.01, k2 = 0.03;
};

/// Structural similarity around every pixel whose window lies in the image,
///
///   SSIM = (2 mu_e mu_x + C1) (2 s_ex + C2) / ((mu_e^2 + mu_x^2 + C1) (s_e^2 + s_x^2 + C2))
///   C1 = (k1 L)^2,  C2 = (k2 L)^2;  means, variances and covariance under weights that sum to 1
///
/// Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, IEEE Trans. Image Process. 13, 600 (2004),
/// eq. 13; window 11, sigma 1.5, k1 0.01, k2 0.03 are theirs.
/// Convention: the variance is that of the weighted population (no n / (n - 1)); no padding.
/// Layout:     e and x [batch, channel, n_y, n_x], L [batch]; the map is smaller by size - 1 pixels
///             along both axes.
/// Invariants: symmetric in e and x; 1 for equal images; differentiable in both.
/// Errors:     UsageError naming `user` for an image that is smaller than the window.
/// Tested by:  tests/solvers/metrics/ssim_test.cpp (direct sums, closed form of constant images).
[[nodiscard]] at::Tensor ssim_map(const at::Tensor& e, const at::Tensor& x, const at::Tensor& range,
                                  const SsimWindow& window, const std::string& user);

/// Mean structural similarity of an estimate, over pixels and channels.
///
/// Z. Wang et al., IEEE Trans. Image Process. 13, 600 (2004), eq. 17, see `ssim_map`.
/// Convention: L is `data_range`, or the largest value of the reference; scale and clip of
///             `Matching` come first. Channels are compared on their own.
/// Layout:     [batch, channel, n_y, n_x]; result float64 [batch].
/// Units:      none; at most 1.
/// Errors:     UsageError for an image that is smaller than the window; NumericError for a reference
///             without a positive value where no range is given, and for values that are not numbers.
/// Tested by:  tests/solvers/metrics/ssim_test.cpp, conformance.
class Ssim final : public Metric {
 public:
  struct Params : Matching {
    std::optional<double> data_range;
    std::int64_t size = SsimWindow{}.size;
    double sigma = SsimWindow{}.sigma;
    double k1 = SsimWindow{}.k1, k2 = SsimWindow{}.k2;
  };
  static void describe(Schema<Params>& s);

  explicit Ssim(const Params& params) : params_(params) {}
  Ssim(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] at::Tensor evaluate(const at::Tensor& estimate,
                                    const at::Tensor& reference) const override;
  [[nodiscard]] std::string unit() const override { return "1"; }

 private:
  Params params_;
};

}  // namespace parfocal::solvers
