// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/mask_map.h"
#include "optics/elements/surface.h"

namespace parfocal::optics {

/// A surface given by the phase that it makes at the design wavelength of the mask:
///
///   height = value design_wavelength / (2 pi index_step)          value in rad
///
/// Convention: a delay is a positive phase; bilinear between the samples of the file, 0 outside;
///             without a pitch the file has the samples of the field.
/// Units:      leaf `phase` in rad, on the samples of the file.
/// Precision:  float64.
/// Errors:     DataError for several frames or values that are not finite; SamplingError for a file
///             without pitch that has not the size of the field.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class PhaseMap final : public Surface {
 public:
  struct Params {
    ImageFile image;
  };
  static void describe(Schema<Params>& s);

  PhaseMap(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;

 private:
  PhaseMap(const SampledMap& map, const BuildContext& context);

  std::string path_;
  std::optional<Grid> grid_;
  Trainable phase_;
};

}  // namespace parfocal::optics
