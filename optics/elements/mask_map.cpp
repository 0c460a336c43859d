// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/mask_map.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

bool equal_pitch(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }

/// The middle of a window of n samples is sample n / 2 for one grid and between two for another.
bool equal_origin(double a, double b) { return std::abs(a - b) <= 0.5 + 1e-9; }

/// Same number and spacing of samples on the same place; a map laid sample on sample keeps its
/// values.
bool same_samples(const Grid& a, const Grid& b) {
  return a.n_y == b.n_y && a.n_x == b.n_x && equal_pitch(a.pitch_y_m, b.pitch_y_m) &&
         equal_pitch(a.pitch_x_m, b.pitch_x_m) && equal_origin(a.origin_y, b.origin_y) &&
         equal_origin(a.origin_x, b.origin_x);
}

}  // namespace

MaskMap::MaskMap(const BuildContext& context, const std::string& key, const LeafUnit& unit,
                 const SampledMap& sampled)
    : path_(context.path),
      grid_(sampled.grid),
      values_(context, key, sampled.values, context.dtype, unit) {}

MaskMap::MaskMap(const BuildContext& context, const std::string& key, const LeafUnit& unit,
                 Formula formula)
    : path_(context.path), grid_(context.sensor), formula_(std::move(formula)) {
  if (grid_) values_ = Trainable(context, key, formula_(*grid_), context.dtype, unit);
}

at::Tensor MaskMap::shown(const at::Tensor& values) const { return link_ ? link_(values) : values; }

at::Tensor MaskMap::on(const Grid& grid, at::Device device) const {
  if (!values_.defined()) return shown(formula_(grid)).to(device);
  return laid_on(shown(values_.si().to(device)), grid_, grid, path_);
}

at::Tensor laid_on(const at::Tensor& values, const std::optional<Grid>& own, const Grid& grid,
                   const std::string& path) {
  if (own) return same_samples(*own, grid) ? values : resample(values, *own, grid);
  if (values.size(0) == grid.n_y && values.size(1) == grid.n_x) return values;
  throw SamplingError(
      fmt::format("{}: the map has {} x {} samples and no pitch, the field has {} x {}; give the "
                  "pitch of the file or a map of the size of the field",
                  path, values.size(0), values.size(1), grid.n_y, grid.n_x));
}

SampledMap load_map(const ImageFile& image, double unit, const BuildContext& context) {
  PARFOCAL_CHECK(context.files != nullptr);
  const LoadedImage loaded = context.files->load(context.path, image);
  if (loaded.values.size(0) != 1 || loaded.values.size(1) != 1) {
    throw DataError(fmt::format(
        "{} = {}: holds {} frames of {} channels where one of each is needed", context.path,
        image.file.string(), loaded.values.size(0), loaded.values.size(1)));
  }
  const at::Tensor map = loaded.values[0][0];
  const at::Tensor wrong = map.isfinite().logical_not().flatten();
  if (wrong.any().item<bool>()) {
    const std::int64_t first = wrong.to(at::kInt).argmax().item<std::int64_t>();
    throw DataError(fmt::format(
        "{} = {}: {} values are not finite, the first at row {}, column {}; mend the file",
        context.path, image.file.string(), wrong.sum().item<std::int64_t>(), first / map.size(1),
        first % map.size(1)));
  }
  return {map * unit, loaded.grid};
}

}  // namespace parfocal::optics
