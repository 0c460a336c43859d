// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/pixel_height.h"

#include <ATen/TensorOperators.h>

#include "core/error.h"
#include "core/tensor/random.h"
#include "optics/elements/mask_map.h"

namespace parfocal::optics {
namespace {

Grid grid_of(const PixelHeight::Params& params, const BuildContext& context) {
  if (params.size && params.pitch) {
    return Grid::centred((*params.size)[0], (*params.size)[1], (*params.pitch)[0].m(),
                         (*params.pitch)[1].m());
  }
  if (context.sensor) return *context.sensor;
  throw UsageError(context.path +
                   ": pixel_height knows no field here; give size: [n_y, n_x] and pitch: [y, x]");
}

at::Tensor start_of(const PixelHeight::Params& params, const Grid& grid,
                    const BuildContext& context) {
  RandomStream random(context.seed, "pixel_height " + context.path);
  const at::Tensor noise = random.normal({grid.n_y, grid.n_x}) * params.start_rms.m();
  if (!params.height_max) return noise;
  const double middle = 0.5 * params.height_max->m();
  return (noise + middle).clamp(1e-3 * middle, 1.999 * middle);
}

}  // namespace

void PixelHeight::describe(Schema<Params>& s) {
  s.summary("A surface of a phase mask whose every sample is free.");
  s.equation("height = leaf, or height_max sigmoid(leaf) where height_max is given");
  s.convention("Bilinear between the samples, 0 outside.");
  s.gradient("exact");
  s.key("size", &Params::size)
      .at_least(1)
      .doc("Samples [y, x] of the surface; those of the field if absent.");
  s.key("pitch", &Params::pitch)
      .above(Length::from_m(0.0))
      .doc("Of these samples, [y, x]; given together with size.");
  s.key("start_rms", &Params::start_rms)
      .at_least(Length::from_m(0.0))
      .trainable("um")
      .doc("Standard deviation of the random start, from the run seed. The leaf is PATH.height.");
  s.key("height_max", &Params::height_max)
      .above(Length::from_m(0.0))
      .doc("Holds the heights between 0 and this; the leaf is then PATH.height_logit.");
  s.check([](const Params& p) -> std::string {
    return p.size.has_value() == p.pitch.has_value() ? "" : "expected both size and pitch, or none";
  });
}

PixelHeight::PixelHeight(const Params& params, const BuildContext& context)
    : path_(context.path),
      grid_(grid_of(params, context)),
      height_(context, start_of(params, grid_, context), params.height_max) {}

at::Tensor PixelHeight::height_m(const Grid& grid, const SurfaceScale&) const {
  return laid_on(height_.si(), grid_, grid, path_);
}

}  // namespace parfocal::optics
