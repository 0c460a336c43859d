// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/config/schema.h"

namespace parfocal::solvers {

/// How the scale of an estimate is brought to that of the reference before they are compared.
enum class ScaleMatch { kNone, kMaximum, kGain };

/// What a metric does to estimate e and reference x [batch, channel, n_y, n_x] before it compares
/// them, in this order: window of both, scale of e, clip of e.
///
///   s = 1 (none), max(x) / max(e) (maximum), <e, x> / <e, e> (gain: the s of the least error)
///
/// Convention: the scale is one number per item, over all channels, found inside the window.
/// Errors:     UsageError for a window that leaves the image.
/// Tested by:  tests/solvers/metrics/psnr_test.cpp, tests/solvers/metrics/ssim_test.cpp.
struct Matching {
  ScaleMatch scale = ScaleMatch::kNone;
  std::optional<std::array<double, 2>> clip;          ///< [low, high]
  std::optional<std::array<std::int64_t, 4>> window;  ///< [y0, y1, x0, x1], half-open.

  /// Adds the keys `scale`, `clip` and `window` to the description of a metric whose parameters
  /// are derived from this struct.
  template <class P>
  static void describe_keys(Schema<P>& s);
  /// What is wrong with the keys, or an empty text.
  [[nodiscard]] std::string mistake() const;
};

/// Estimate and reference in float64 as they are compared; a shape of its own for each is refused.
[[nodiscard]] std::pair<at::Tensor, at::Tensor> matched(const at::Tensor& estimate,
                                                        const at::Tensor& reference,
                                                        const Matching& matching,
                                                        const std::string& metric);

/// The stated peak or range of each item [batch], or the largest value of its reference.
/// NumericError naming `metric` where that is not above 0.
[[nodiscard]] at::Tensor peak_of(const at::Tensor& reference, std::optional<double> stated,
                                 const std::string& metric);

template <class P>
void Matching::describe_keys(Schema<P>& s) {
  ScaleMatch P::*scale_of_p = &Matching::scale;
  std::optional<std::array<double, 2>> P::*clip_of_p = &Matching::clip;
  std::optional<std::array<std::int64_t, 4>> P::*window_of_p = &Matching::window;
  s.choice("scale", scale_of_p,
           {{"none", ScaleMatch::kNone},
            {"maximum", ScaleMatch::kMaximum},
            {"gain", ScaleMatch::kGain}})
      .doc("Factor s of the estimate: 1, the ratio of the maxima, or the one of least error.");
  s.key("clip", clip_of_p).doc("[low, high] to which the scaled estimate is clipped.");
  s.key("window", window_of_p).doc("[y0, y1, x0, x1], half-open: the pixels that count.");
  s.check([](const P& p) { return p.mistake(); });
}

}  // namespace parfocal::solvers
