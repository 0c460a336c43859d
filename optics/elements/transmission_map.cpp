// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/transmission_map.h"

#include <fmt/format.h>

#include "core/error.h"

namespace parfocal::optics {

void TransmissionMap::describe(Schema<Params>& s) {
  s.summary("A pattern of an amplitude mask from a file with values in 0 .. 1.");
  s.block("image", &Params::image)
      .required()
      .doc("The file and its preparation; normalize: max brings 0 .. 255 into 0 .. 1.");
}

TransmissionMap::TransmissionMap(const Params& params, const BuildContext& context)
    : map_(load_map(params.image, 1.0, context)) {
  const double lowest = map_.values.min().item<double>();
  const double highest = map_.values.max().item<double>();
  if (lowest >= 0.0 && highest <= 1.0) return;
  throw DataError(fmt::format(
      "{} = {}: transmission {} .. {} leaves 0 .. 1; prepare it with dark or normalize: max",
      context.path, params.image.file.string(), lowest, highest));
}

}  // namespace parfocal::optics
