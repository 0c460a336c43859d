// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/surface.h"

namespace parfocal::optics {

/// A surface given by the phase that it makes at its design wavelength:
///
///   height = value wavelength / (2 pi (index - index_medium))          value in rad
///
/// Tested by:  tests/optics/elements/phase_mask_test.cpp (PhaseMap).
class PhaseMap final : public Surface {
 public:
  struct Params {
    ImageFile image;
    Length design_wavelength;
  };
  static void describe(Schema<Params>& s);

  PhaseMap(const Params& params, const BuildContext& context);

  [[nodiscard]] std::optional<SampledMap> sampled(double index_step) const override;

 private:
  SampledMap phase_;  // rad
  double wavelength_m_;
};

}  // namespace parfocal::optics
