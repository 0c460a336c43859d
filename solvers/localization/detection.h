// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/operators/operator.h"

namespace parfocal {

/// A pixel in whose neighbourhood an emitter may be.
struct Spot {
  std::int64_t frame = 0;  ///< Of the frames that were searched, from 0.
  std::int64_t y = 0, x = 0;
  double score = 0;  ///< What was compared with the threshold.

  bool operator==(const Spot&) const = default;
};

/// Finds where emitters may be; a fit then says what is there.
///
/// Layout:     frames float64 [frame, n_y, n_x] in electrons.
/// Invariants: spots in the order of frames, then rows, then columns; each frame on its own; a
///             frame moved by whole pixels gives the same spots moved.
/// Tested by:  tests/solvers/localization_test.cpp, tests/conformance.
class Detection {
 public:
  static constexpr std::string_view kKind = "detection";

  virtual ~Detection() = default;
  /// Told once, before it looks, of the model whose emitters are sought.
  virtual void know(const Operator& /*model*/) {}
  [[nodiscard]] virtual std::vector<Spot> detect(const at::Tensor& frames) const = 0;
  /// Name of the score of a spot, a column of the table of emitters.
  [[nodiscard]] virtual std::string score_name() const = 0;
  [[nodiscard]] virtual std::string score_unit() const { return "e-"; }
};

}  // namespace parfocal
