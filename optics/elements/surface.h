// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "core/tensor/grid.h"

namespace parfocal::optics {

/// What turns a phase into a height: the mask that carries the surface, as it was designed.
struct SurfaceScale {
  double index_step = 0.0;           ///< Index of the material minus that around it.
  double design_wavelength_m = 0.0;  ///< In vacuum; 0 where the mask declares none.

  /// Height that delays by 1 rad at the design wavelength.
  [[nodiscard]] double m_per_rad() const;
  /// Height that delays by one wave at the design wavelength.
  [[nodiscard]] double m_per_wave() const;
};

/// The relief of a phase mask, with trainable leaves of its own.
///
///   height = phase design_wavelength / (2 pi index_step)      where it is given by its phase
///
/// Convention: height is the thickness of the mask's material above its base plane; the phase is a
///             delay. Both may be negative: the base plane is not part of the mask.
/// Units:      leaves in um (heights, lengths of the pattern) or rad (phase at the design
///             wavelength), under PATH.KEY.
/// Precision:  leaves and heights in float64.
/// Invariants: differentiable in every leaf; a height depends on the place, not on the sampling.
/// Errors:     SamplingError for a grid that cannot hold the pattern.
/// Tested by:  tests/optics/elements/surfaces (each surface), tests/conformance.
class Surface {
 public:
  static constexpr std::string_view kKind = "surface";

  /// What the heights are made from, and so what the mask must declare.
  enum class Basis {
    kLength,     ///< Heights in metres: nothing.
    kIndexStep,  ///< A focal length: the index of the material.
    kPhase,      ///< A phase: the index and the design wavelength.
  };

  virtual ~Surface() = default;
  /// Height in m on `grid`, float64 [n_y, n_x], before any wrap.
  [[nodiscard]] virtual at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const = 0;
  [[nodiscard]] virtual Basis basis() const { return Basis::kPhase; }
  /// Whether neighbouring samples must differ by less than half a wave, before any wrap.
  [[nodiscard]] virtual bool is_smooth() const { return false; }
  /// Whether no formula says what it should be: with levels, its samples are the mask.
  [[nodiscard]] virtual bool is_free_form() const { return false; }
  /// Whether the mask folds it into one wave, even where it is not told to.
  [[nodiscard]] virtual bool is_wrapped() const { return false; }
};

}  // namespace parfocal::optics
