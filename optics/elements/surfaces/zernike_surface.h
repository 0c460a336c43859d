// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A sum of Zernike polynomials.
///
///   phase(rho, theta) = sum_j c_j Z_j(rho, theta),   rho = r / R,   R = diameter / 2
///
/// R. J. Noll, J. Opt. Soc. Am. 66, 207 (1976); the polynomials in `optics/pupils/zernike.h`.
/// Convention: Noll index, c_j in rad rms over the disc at the design wavelength; theta = atan2(y,
///             x). Beyond R the surface keeps its rim. Without a diameter it is the shorter side of
///             the field.
/// Layout:     leaf [terms].
/// Units:      leaf `coefficients` in rad.
/// Precision:  float64.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class ZernikeSurface final : public Surface {
 public:
  struct Params {
    std::vector<std::int64_t> noll;
    std::vector<Angle> coefficients;
    std::optional<Length> diameter;
  };
  static void describe(Schema<Params>& s);

  ZernikeSurface(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] bool is_smooth() const override { return true; }

 private:
  std::vector<std::int64_t> noll_;
  std::optional<Length> diameter_;
  Trainable coefficients_;
};

}  // namespace parfocal::optics
