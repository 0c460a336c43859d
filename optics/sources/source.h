// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "optics/optical_element.h"

namespace parfocal::optics {

/// One color of a source; float64 scalars that may carry gradients.
struct SpectralLine {
  at::Tensor wavelength_m;  ///< In vacuum.
  at::Tensor weight;        ///< Share of the power; the shares of a source sum to 1.
};

/// Mutually incoherent waves in the plane before the first element.
struct Illumination {
  at::Tensor fields;   ///< complex128 [modes, n_y, n_x] on the grid of the beam.
  at::Tensor weights;  ///< float64 [modes], >= 0: what each adds to the irradiance.
};

/// Light that enters the hardware; stands first in the `optics` block.
///
///   irradiance = sum over lines l and modes m of  weight_l weight_m |U_lm|^2
///
/// Convention: fields vary as exp(-i omega t); |U|^2 is power per sample, relative to a plane wave
///             of amplitude 1. A wave that travels along +x has the phase exp(+i 2 pi s_x x),
///             s_x = index_medium sin(angle) / wavelength.
/// Invariants: differentiable in every trainable leaf, the wavelength included.
/// Errors:     SamplingError where a wave is not resolved by the samples of the beam.
/// Tested by:  tests/optics/sources, tests/conformance.
class Source : public OpticalElement {
 public:
  [[nodiscard]] virtual std::vector<SpectralLine> lines() const = 0;
  [[nodiscard]] virtual Illumination illuminate(const Beam& beam) const = 0;

  /// \throws UsageError: a source does not pass light, it stands first.
  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const final;
};

/// The beam of one line.
[[nodiscard]] Beam beam_of(const Grid& grid, const SpectralLine& line, double index_medium = 1.0);

}  // namespace parfocal::optics
