// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A band-limited periodic surface: a Fourier series.
///
///   phase(y, x) = Re sum_kl (real_kl + i imaginary_kl) exp(2 pi i (k y / n_y p_y + l x / n_x p_x))
///   |k| <= band (n_y - 1) / 2,   |l| <= band (n_x - 1) / 2
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), section 2.4.
/// Convention: one period is the field (or `size` samples of `pitch`), its origin on the axis. A
///             coefficient is the amplitude of its wave, not a sum over samples.
/// Layout:     leaves [2 k_max + 1, 2 l_max + 1], k and l rising from the most negative.
/// Units:      leaves `real` and `imaginary` in rad at the design wavelength; they start at 0.
/// Precision:  float64.
/// Errors:     UsageError where neither `size` and `pitch` nor a field are known; SamplingError on
///             samples that are too coarse for the highest frequency.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class Fourier final : public Surface {
 public:
  struct Params {
    double band = 0.75;
    std::optional<std::array<std::int64_t, 2>> size;
    std::optional<std::array<Length, 2>> pitch;
  };
  static void describe(Schema<Params>& s);

  Fourier(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] bool is_smooth() const override { return true; }

 private:
  std::string path_;
  Grid period_;
  Trainable real_;
  Trainable imaginary_;
};

}  // namespace parfocal::optics
