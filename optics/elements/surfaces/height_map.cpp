// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/height_map.h"

namespace parfocal::optics {

void HeightMap::describe(Schema<Params>& s) {
  s.summary("A measured surface of a phase mask, one height per sample of a file.");
  s.equation("height = value x unit");
  s.convention("Bilinear between the samples, 0 outside.");
  s.gradient("exact");
  s.block("image", &Params::image)
      .required()
      .trainable("um")
      .doc("The file and its preparation; pitch in the plane. The leaf is PATH.height.");
  s.key("unit", &Params::unit).above(Length::from_m(0.0)).doc("Height of the value 1 of the file.");
}

HeightMap::HeightMap(const Params& params, const BuildContext& context)
    : HeightMap(load_map(params.image, params.unit.m(), context), context) {}

HeightMap::HeightMap(const SampledMap& map, const BuildContext& context)
    : path_(context.path),
      grid_(map.grid),
      height_(context, "height", map.values, at::kDouble, LeafUnit{"um", 1e-6}) {}

at::Tensor HeightMap::height_m(const Grid& grid, const SurfaceScale&) const {
  return laid_on(height_.si(), grid_, grid, path_);
}

}  // namespace parfocal::optics
