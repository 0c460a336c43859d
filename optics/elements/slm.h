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

/// A liquid-crystal phase modulator (spatial light modulator):
///
///   d   = wrap(phase)  in -pi .. pi, rounded to 2 pi / levels (modulo 2 pi)       drive of a pixel
///   psi = (lambda_0 / lambda) sum_jk G_j(y) G_k(x) d_jk                           fringing
///   U'  = U ((W - eta A) exp(i psi_0) + eta A exp(i psi))
///
/// G_j is the part of a Gaussian of sigma = fringing x pitch that lies over pixel j (erf), the edge
/// pixels reach to infinity; without fringing the pixel that holds the sample. A is the share of
/// the sample on the active, square middle of a pixel, W that on the panel, eta the efficiency.
///
/// C. Maurer et al., Laser Photonics Rev. 5, 81 (2011); M. Persson et al., Opt. Express 20, 22334
/// (2012) (fringing).
/// Convention: the drive is calibrated at the design wavelength lambda_0, so a jump of 2 pi in the
///             drive is no whole wave at another one. Pixel floor(n / 2) lies on the axis. Dead
///             area and (1 - eta) reflect light with the phase psi_0; off the panel no light comes
///             back.
/// Layout:     leaf `phase` [n_y, n_x] on the pixels of the panel; a file is never interpolated and
///             may be wrapped or not.
/// Units:      phase, unmodulated_phase in rad at lambda_0; fringing in pixels; others 1.
/// Precision:  phase in float64.
/// Invariants: |U'| <= |U|; differentiable in field and leaves; d wrap = d phase, and with levels
///             d round(d) = d (straight through).
/// Errors:     SamplingError for a field with samples larger than a pixel; DataError for a file of
///             another size or with values that are not finite.
/// Tested by:  tests/optics/elements/slm_test.cpp.
class Slm final : public OpticalElement {
 public:
  struct Params {
    std::array<Length, 2> pitch{};       ///< [y, x]
    std::array<std::int64_t, 2> size{};  ///< [y, x]
    Length design_wavelength;
    std::optional<ImageFile> phase;
    ComponentConfig start;  ///< A surface.
    double fill_factor = 1.0;
    double efficiency = 1.0;
    Angle unmodulated_phase{};
    std::optional<double> fringing;
    std::optional<std::int64_t> levels;
    bool wrap = true;
  };
  static void describe(Schema<Params>& s);

  Slm(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  /// What the pixels are driven with, rad at the design wavelength, [n_y, n_x].
  [[nodiscard]] at::Tensor drive_rad() const;
  /// Phase that modulated light gets at the samples of a field.
  [[nodiscard]] at::Tensor modulated_phase_rad(const Beam& beam, at::Device device) const;

 private:
  struct Axis;
  [[nodiscard]] Axis axis(const Beam& beam, std::size_t which, at::Device device) const;

  std::string path_;
  Params params_;
  Trainable phase_, fringing_, fill_factor_, efficiency_, unmodulated_phase_;
};

}  // namespace parfocal::optics
