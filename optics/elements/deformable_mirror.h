// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/optical_element.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A mirror with a continuous face sheet on a grid of actuators:
///
///   h(y, x) = sum_jk a_jk c^((y - y_j)^2 / p_y^2 + (x - x_k)^2 / p_x^2)
///   U' = U exp(-2 i k h cos(theta)),      k = 2 pi n / wavelength
///
/// J. W. Hardy, Adaptive Optics for Astronomical Telescopes (1998), wavefront correctors; c, the
/// coupling, is the height of a single actuator at its neighbour.
/// Convention: a positive amplitude pushes the face towards the light: a shorter way, a negative
///             phase. Reflection counts twice; the mirror is seen unfolded, in the coordinates of
///             the beam. Actuator floor(n / 2) lies on the centre.
/// Layout:     leaf `amplitudes` [n_y, n_x].
/// Units:      amplitudes and centre in um, coupling 1, angle_of_incidence in rad.
/// Precision:  phase in float64.
/// Invariants: |U'| = |U|; differentiable in field and leaves.
/// Errors:     UsageError for an amplitude beyond the stroke or a slope beyond its limit; DataError
///             for a file of another size; SamplingError where the phase steps by more than half a
///             wave per sample.
/// Tested by:  tests/optics/elements/deformable_mirror_test.cpp.
class DeformableMirror final : public OpticalElement {
 public:
  struct Params {
    std::array<std::int64_t, 2> actuators{};  ///< [y, x]
    std::array<Length, 2> pitch{};            ///< [y, x]
    Length stroke;
    double coupling = 0.15;
    std::optional<ImageFile> amplitudes;
    Angle angle_of_incidence{};
    std::optional<double> slope_limit;
    std::array<Length, 2> centre{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  DeformableMirror(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  /// Height of the face on the samples of a field, float64.
  [[nodiscard]] at::Tensor height_m(const Grid& grid, at::Device device) const;

 private:
  struct Influence;
  [[nodiscard]] Influence influence(const Grid& grid, std::size_t which, at::Device device) const;
  void check_stroke() const;
  void check_slope(const Grid& grid, at::Device device) const;

  std::string path_;
  Params params_;
  Trainable amplitudes_, coupling_, angle_, centre_;
};

}  // namespace parfocal::optics
