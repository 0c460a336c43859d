// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/operators/component.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// Values with samples of their own: a file. Without a grid they fit any field of their size.
struct SampledMap {
  at::Tensor values;  ///< float64 [n_y, n_x], SI.
  std::optional<Grid> grid;
};

/// The map of a thin mask over its plane (height, transmission) and its trainable leaf.
///
/// A sampled map keeps its own samples and is interpolated bilinearly at those of the field, 0
/// outside. A formula is sampled on `context.sensor` when the mask is built, where the context has
/// it, and that is the leaf; else it is evaluated anew on the grid of each field and has none.
/// Layout:     leaf [n_y, n_x] in units of `unit`.
/// Errors:     SamplingError if a map without grid has not the size of the field.
/// Tested by:  tests/optics/elements/mask_map_test.cpp.
class MaskMap {
 public:
  using Formula = std::function<at::Tensor(const Grid&)>;

  MaskMap(const BuildContext& context, const std::string& key, const LeafUnit& unit,
          const SampledMap& sampled);
  MaskMap(const BuildContext& context, const std::string& key, const LeafUnit& unit,
          Formula formula);

  /// From now on the map shows `link` of its values (sigmoid, rounding), on its own samples.
  void show_through(std::function<at::Tensor(const at::Tensor&)> link) { link_ = std::move(link); }

  /// SI, float64, [n_y, n_x] of `grid`, on `device`.
  [[nodiscard]] at::Tensor on(const Grid& grid, at::Device device) const;

 private:
  [[nodiscard]] at::Tensor shown(const at::Tensor& values) const;

  std::string path_;
  std::optional<Grid> grid_;
  Formula formula_;
  std::function<at::Tensor(const at::Tensor&)> link_;
  Trainable values_;
};

/// Values on samples of their own, SI, laid on `grid`: where number and pitch of the samples are
/// the same and the axis differs by at most half a sample they keep their values, else bilinear, 0
/// outside. Without `own` they must have the size of the grid.
/// \throws SamplingError, with `path`, for another size.
[[nodiscard]] at::Tensor laid_on(const at::Tensor& values, const std::optional<Grid>& own,
                                 const Grid& grid, const std::string& path);

/// One image file as a map: its single frame and channel times `unit`.
/// \throws DataError for several frames or channels, or for values that are not finite.
[[nodiscard]] SampledMap load_map(const ImageFile& image, double unit, const BuildContext& context);

}  // namespace parfocal::optics
