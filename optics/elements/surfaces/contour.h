// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/propagation/phase_retrieval.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A surface that casts contour lines on a sensor: thin lines in all directions, dark in between.
///
///   lines  = { r: |noise(r) - level| <= |grad noise| line_width / 2 },   Perlin noise of pitch
///            feature_size
///   phase  : error reduction between mask and sensor, |U_sensor|^2 -> lines, |U_mask| = aperture
///   height = (phase + phase_change) design_wavelength / (2 pi index_step)
///
/// V. Boominathan et al., IEEE Trans. Pattern Anal. Mach. Intell. 42, 1618 (2020) (PhlatCam).
/// K. Perlin, ACM Trans. Graph. 21, 681 (2002); `perlin_noise`, `retrieve_phase` for both steps.
/// Convention: lit by a plane wave of the design wavelength along the axis, in air; the aperture is
///             a rectangle around the axis, lines are drawn within its shadow. Each sample shows its
///             mean of a line. PhlatCam runs the Canny detector over the noise, which finds the
///             lines of steepest slope; here they are level lines, of `level` 0 those between hills
///             and valleys. These two are close neighbours, not the same.
///             Samples of the field, or a grid of `size` and `pitch`; bilinear in between, 0 outside.
/// Layout:     leaf [n_y, n_x].
/// Units:      leaf `phase_change` in rad at the design wavelength, at first 0: training starts at
///             the retrieved phase.
/// Precision:  float64.
/// Invariants: the retrieved phase lies in [0, 2 pi), 0 outside the aperture; the same seed gives
///             the same bytes; it is found once for each design wavelength and does not carry
///             gradients, the leaf does.
/// Errors:     UsageError where neither `size` and `pitch` nor a field are known; SamplingError for
///             samples coarser than line_width, or an aperture that no line or no sample lies in.
/// Tested by:  tests/optics/elements/surfaces/contour_test.cpp.
class Contour final : public Surface {
 public:
  struct Params {
    Length feature_size;
    Length line_width;
    Length distance;
    double level = 0.0;
    std::int64_t iterations = 50;
    std::int64_t seed = 0;
    std::optional<std::array<Length, 2>> aperture;  ///< [y, x]
    std::optional<std::array<std::int64_t, 2>> size;
    std::optional<std::array<Length, 2>> pitch;
  };
  static void describe(Schema<Params>& s);

  Contour(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  /// What the sensor shall show: share of each sample that lies in a line, [n_y, n_x] in [0, 1].
  [[nodiscard]] at::Tensor lines() const;
  /// 1 for the samples whose centres lie in the aperture, else 0.
  [[nodiscard]] at::Tensor opening() const;
  /// The retrieval for this design wavelength.
  [[nodiscard]] RetrievedPhase retrieved(double design_wavelength_m) const;

 private:
  std::string path_;
  Params params_;
  Grid grid_;
  Trainable change_;
  mutable std::mutex mutex_;
  mutable double known_wavelength_m_ = 0.0;
  mutable RetrievedPhase known_;
};

}  // namespace parfocal::optics
