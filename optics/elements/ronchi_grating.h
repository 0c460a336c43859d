// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/pattern.h"

namespace parfocal::optics {

/// A grating of open and opaque lines:
///
///   t = 1 where |u - shift - m period| <= duty period / 2 for some integer m, else 0
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), section 4.4; order m holds
/// the share (duty sinc(m duty))^2 of the light.
/// Convention: each sample shows its mean.
/// Errors:     SamplingError for a period below two samples.
/// Tested by:  tests/optics/elements/grating_test.cpp (order efficiencies).
class RonchiGrating final : public Pattern {
 public:
  struct Params {
    Length period;
    double duty = 0.5;
    Length shift{};
    Angle angle{};
  };
  static void describe(Schema<Params>& s);

  RonchiGrating(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor transmission(const Grid& grid) const override;

 private:
  std::string path_;
  Params params_;
};

}  // namespace parfocal::optics
