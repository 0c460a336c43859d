// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "optics/elements/circular_aperture.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// The focusing case of the reference: f = 5 mm, D = 0.8 mm, 532 nm, 1024 x 1024 samples of 2 um.
struct FocalSpot {
  static constexpr double kFocalLength = 5e-3;
  static constexpr double kDiameter = 0.8e-3;
  static constexpr double kWavelength = 532e-9;

  Beam beam;
  at::Tensor stopped;  ///< Plane wave behind the stop.

  FocalSpot();
  /// Field at the focal distance behind `mask`.
  [[nodiscard]] at::Tensor focus(const OpticalElement& mask) const;
  /// Share of the light through the stop that lands within 1.22 wavelength f / D of the axis.
  [[nodiscard]] double share_in_airy_disc(const at::Tensor& field) const;
};

}  // namespace parfocal::optics
