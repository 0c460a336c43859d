// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/mask_map.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// A smooth random surface: white normal noise on a lattice, filtered by a Gaussian.
///
///   height(r) = rms c sum_j w_j exp(-2 |r - r_j|^2 / L^2),     w_j ~ N(0, 1), lattice pitch L / 3
///   <height(0) height(r)> = rms^2 exp(-r^2 / L^2),    rms slope along an axis = sqrt(2) rms / L
///
/// J. W. Goodman, Speckle Phenomena in Optics (2007), section 4.5 (Gaussian surfaces).
/// Convention: L = feature_size, the 1/e half width of the correlation; phase as in `PhaseMask`.
/// Units:      leaf `height` in um, on the samples of the field.
/// Invariants: the surface is a function of the place: another sampling of the same extent shows
///             the same heights; the same seed gives the same diffuser in every run. Differentiable
///             in field and height.
/// Errors:     SamplingError if the pitch of the field exceeds L / 2, or where the phase steps by
///             more than half a wave per sample.
/// Tested by:  tests/optics/elements/diffuser_test.cpp (statistics, two samplings).
class Diffuser final : public OpticalElement {
 public:
  struct Params {
    Length feature_size;
    std::optional<Length> height_rms;
    std::optional<double> slope;
    double index = 1.5;
    std::int64_t seed = 0;
  };
  static void describe(Schema<Params>& s);

  Diffuser(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  /// Height on the samples of a field, float64.
  [[nodiscard]] at::Tensor height_m(const Grid& grid) const { return height_.on(grid, at::kCPU); }

 private:
  std::string path_;
  double index_;
  MaskMap height_;
};

}  // namespace parfocal::optics
