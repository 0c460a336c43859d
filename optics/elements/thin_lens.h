// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/optical_element.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// The paraxial lens, the same focal length at every wavelength:
///
///   U' = U exp(-i k ((x - x_c)^2 / (2 f_x) + (y - y_c)^2 / (2 f_y))),    k = 2 pi n / wavelength
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 5-10.
/// Convention: f > 0 converges; n is the index of the medium around the lens, in which f is
///             measured. Without focal_length_y the lens is round.
/// Units:      leaves `focal_length`, `focal_length_y` in mm, `centre` [y, x] in um.
/// Precision:  phase in float64.
/// Invariants: |U'| = |U|; differentiable in field, focal lengths and centre.
/// Errors:     ConfigError for a focal length of 0; SamplingError where the phase steps by more
///             than half a wave per sample.
/// Tested by:  tests/optics/elements/thin_lens_test.cpp (waist of a focused Gaussian beam).
class ThinLens final : public OpticalElement {
 public:
  struct Params {
    Length focal_length;
    std::optional<Length> focal_length_y;
    std::array<Length, 2> centre{};  ///< [y, x]
  };
  static void describe(Schema<Params>& s);

  ThinLens(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;

 private:
  std::string path_;
  Trainable focal_length_, focal_length_y_, centre_;
};

}  // namespace parfocal::optics
