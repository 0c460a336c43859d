// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/height_map.h"

namespace parfocal::optics {

void HeightMap::describe(Schema<Params>& s) {
  s.summary("A measured surface of a phase mask, one height per sample of a file.");
  s.equation("height = value x unit");
  s.block("image", &Params::image)
      .required()
      .doc("The file and its preparation; pitch in the plane.");
  s.key("unit", &Params::unit).above(Length::from_m(0.0)).doc("Height of the value 1 of the file.");
}

HeightMap::HeightMap(const Params& params, const BuildContext& context)
    : map_(load_map(params.image, params.unit.m(), context)) {}

std::optional<SampledMap> HeightMap::sampled(double) const { return map_; }

}  // namespace parfocal::optics
