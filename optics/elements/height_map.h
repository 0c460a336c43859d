// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/surface.h"

namespace parfocal::optics {

/// A measured surface: height = value of the file x unit.
///
/// Tested by:  tests/optics/elements/phase_mask_test.cpp (HeightMap).
class HeightMap final : public Surface {
 public:
  struct Params {
    ImageFile image;
    Length unit = Length::from_m(1e-6);
  };
  static void describe(Schema<Params>& s);

  HeightMap(const Params& params, const BuildContext& context);

  [[nodiscard]] std::optional<SampledMap> sampled(double index_step) const override;

 private:
  SampledMap map_;
};

}  // namespace parfocal::optics
