// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/pattern.h"

namespace parfocal::optics {

/// A grating whose transmission of the field is a cosine:
///
///   t = (1 + contrast cos(2 pi (u - shift) / period)) / 2
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), section 4.4.3; the orders 0, +-1
/// hold 1/4 and contrast^2 / 16 of the light.
/// Convention: t at the centre of each sample; it multiplies the field.
/// Errors:     SamplingError for a period below two samples.
/// Tested by:  tests/optics/elements/grating_test.cpp (order efficiencies).
class SinusoidalGrating final : public Pattern {
 public:
  struct Params {
    Length period;
    double contrast = 1.0;
    Length shift{};
    Angle angle{};
  };
  static void describe(Schema<Params>& s);

  SinusoidalGrating(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor transmission(const Grid& grid) const override;

 private:
  std::string path_;
  Params params_;
};

}  // namespace parfocal::optics
