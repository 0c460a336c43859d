// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "core/operators/component.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// Heights that are trained one by one, free or held between 0 and a largest one.
///
///   free:      height = leaf `height`                              in um
///   bounded:   height = height_max sigmoid(leaf `height_logit`)
///
/// Precision:  float64.
/// Invariants: si() is `start_m` at first; bounded, any leaf gives 0 < height < height_max.
/// Errors:     UsageError unless a bounded start lies between 0 and height_max, both excluded.
/// Tested by:  tests/optics/elements/surfaces/shapes_test.cpp.
class FreeHeight {
 public:
  FreeHeight(const BuildContext& context, const at::Tensor& start_m,
             const std::optional<Length>& height_max);

  [[nodiscard]] at::Tensor si() const;

 private:
  std::optional<double> height_max_m_;
  Trainable leaf_;
};

}  // namespace parfocal::optics
