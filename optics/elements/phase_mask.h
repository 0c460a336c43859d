// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/surface.h"
#include "optics/materials/material.h"
#include "optics/optical_element.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A thin transparent mask of one material, as it is designed and then etched.
///
///   U' = U exp(i phi),   phi = 2 pi (n(wavelength) - index_medium) h / wavelength
///   h  = quantize(wrap(surface + piston)) + error         period: one wave at the design wavelength
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 5-1; G. J. Swanson, MIT
/// Lincoln Laboratory Technical Report 854 (1989) for the levels.
/// Convention: material delays, a delay is a positive phase; outside a sampled map the height is 0.
///             The design is for air. Dispersion acts on the height that is etched.
/// Units:      leaves `index` (1) and `piston` (rad at the design wavelength) beside those of the
///             surface under PATH.surface. Not trainable, for annealing and tolerances:
///             `levels_softness` (1) where there are levels: above 0 they are softened by it, see
///             `soften_height`; and `height_error` (um) [n_y, n_x] where the samples of the field
///             are known.
/// Precision:  phase in float64.
/// Invariants: |U'| = |U|; differentiable in field, wavelength and all leaves; the gradient passes
///             hard levels straight through, and is exact through soft ones. Training the index
///             does not change the heights.
/// Errors:     UsageError where the surface or the levels need a design wavelength; SamplingError
///             where a smooth surface steps by more than half a wave per sample (a free form with
///             levels is made of pixels and may), or outside the wavelengths of the material.
/// Tested by:  tests/optics/elements/phase_mask_test.cpp.
class PhaseMask final : public OpticalElement {
 public:
  struct Params {
    ComponentConfig surface;
    std::optional<double> index;
    std::optional<Material> material;
    std::optional<Length> design_wavelength;
    bool wrap = false;
    std::optional<std::int64_t> levels;
    Angle piston;
  };
  static void describe(Schema<Params>& s);

  PhaseMask(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  /// The height that is etched, errors included, on the samples of a field, float64.
  [[nodiscard]] at::Tensor height_m(const Grid& grid) const;
  /// The height of the design, before it is wrapped and quantized.
  [[nodiscard]] at::Tensor designed_height_m(const Grid& grid) const;
  [[nodiscard]] const SurfaceScale& scale() const { return scale_; }
  [[nodiscard]] std::optional<std::int64_t> levels() const { return levels_; }

 private:
  [[nodiscard]] at::Tensor etched(const at::Tensor& height_m) const;
  [[nodiscard]] at::Tensor quantized(const at::Tensor& height_m) const;
  [[nodiscard]] at::Tensor index_at(const Beam& beam, at::Device device) const;

  std::string path_;
  std::shared_ptr<Surface> surface_;
  std::optional<Material> material_;
  std::optional<std::int64_t> levels_;
  bool wrap_;
  SurfaceScale scale_;
  Trainable index_;
  Trainable piston_;
  Trainable levels_softness_;
  Trainable height_error_;
};

}  // namespace parfocal::optics
