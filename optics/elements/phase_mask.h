// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/operators/component.h"
#include "optics/elements/mask_map.h"
#include "optics/elements/surface.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// A thin transparent mask of one material.
///
///   U' = U exp(i phi),   phi = 2 pi (index - index_medium) height / wavelength
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 5-1.
/// Convention: material delays, a delay is a positive phase; outside a sampled map the height is 0.
/// Units:      leaf `height` in um, on the samples of the surface (see `MaskMap`).
/// Precision:  phase in float64.
/// Invariants: |U'| = |U|; differentiable in field and height.
/// Errors:     SamplingError where a smooth surface steps by more than half a wave per sample.
/// Tested by:  tests/optics/elements/phase_mask_test.cpp.
class PhaseMask final : public OpticalElement {
 public:
  struct Params {
    ComponentConfig surface;
    double index = 1.5;
  };
  static void describe(Schema<Params>& s);

  PhaseMask(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  /// Height on the samples of a field, float64.
  [[nodiscard]] at::Tensor height_m(const Grid& grid) const { return height_.on(grid, at::kCPU); }

 private:
  std::string path_;
  std::shared_ptr<Surface> surface_;
  double index_;
  MaskMap height_;
};

}  // namespace parfocal::optics
