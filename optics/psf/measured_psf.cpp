// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/measured_psf.h"

#include <fmt/format.h>

#include "core/error.h"

namespace parfocal::optics {

void MeasuredPsf::describe(Schema<Params>& s) {
  ImageFile::describe(s);
  s.summary("A measured point-spread function: the image of a point at the centre of the scene.");
  s.convention("Prepared in this order: dark, crop, binning, normalize; negative values stay.");
}

MeasuredPsf::MeasuredPsf(const Params& params, const BuildContext& context) {
  PARFOCAL_CHECK(context.files != nullptr);
  const LoadedImage image = context.files->load(context.path, params);
  if (image.values.size(0) != 1) {
    throw DataError(
        fmt::format("{} = {}: holds {} frames where one is needed; choose it by frames: "
                    "[i, i + 1]",
                    context.path, params.file.string(), image.values.size(0)));
  }
  psf_ = image.values.squeeze(0).to(context.device, context.dtype);
  grid_ = image.grid;
}

}  // namespace parfocal::optics
