// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/operators/component.h"
#include "optics/elements/mask_map.h"
#include "optics/elements/surface.h"

namespace parfocal::optics {

/// A measured surface: height = value of the file x unit.
///
/// Convention: bilinear between the samples of the file, 0 outside; without a pitch the file has
///             the samples of the field.
/// Units:      leaf `height` in um, on the samples of the file.
/// Precision:  float64.
/// Errors:     DataError for several frames or values that are not finite; SamplingError for a file
///             without pitch that has not the size of the field.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class HeightMap final : public Surface {
 public:
  struct Params {
    ImageFile image;
    Length unit = Length::from_m(1e-6);
  };
  static void describe(Schema<Params>& s);

  HeightMap(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor height_m(const Grid& grid, const SurfaceScale& scale) const override;
  [[nodiscard]] Basis basis() const override { return Basis::kLength; }

 private:
  HeightMap(const SampledMap& map, const BuildContext& context);

  std::string path_;
  std::optional<Grid> grid_;
  Trainable height_;
};

}  // namespace parfocal::optics
