// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/operators/view.h"
#include "core/tensor/grid.h"
#include "solvers/stage.h"

namespace parfocal {

/// A measurement on its way through the stages, with what they found out about it.
///
/// Layout: image, measured and mask [batch, channel, n_y, n_x]; a stage may change the channels of
///         the image, then mask and axis are those of the measurement still.
/// Units:  image and measured in object values, as for `Stage`.
struct StageRecord {
  at::Tensor image;
  at::Tensor measured;             ///< What the first stage got.
  at::Tensor mask;                 ///< Undefined, or 0 where a sample does not count.
  std::vector<double> axis_per_m;  ///< Of the channels of the measurement; empty where unknown.
  std::optional<Grid> grid;
  std::vector<std::string> channel_names;  ///< Of the image, where a stage gave names.
  Shown shown;                             ///< To look at: fields, curves, numbers.
};

/// A stage that leaves out samples that do not count, decides which they are, and has something to
/// show.
///
/// Invariants: pure; an item of the batch does not depend on the others.
/// Tested by:  tests/solvers/spectral, tests/conformance.
class RecordStage : public Stage {
 public:
  [[nodiscard]] virtual StageRecord process(StageRecord record, const StageScene& scene) const = 0;

  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const final {
    StageRecord record;
    record.image = image;
    record.measured = image;
    return process(std::move(record), scene).image;
  }
};

}  // namespace parfocal
