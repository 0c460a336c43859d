// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// Some pixels are hidden from the decoder, which then predicts them.
///
///   value = sum (1 - M) (A S(M y) - y)^2 / sum (1 - M),   M = 1 with probability `keep`, else 0
///
/// B. Yaman et al., Magn. Reson. Med. 84, 3172 (2020); A. Krull, T.-O. Buchholz, F. Jug, Noise2Void,
/// Proc. CVPR (2019).
/// Convention: hidden pixels reach the decoder as 0; the noise of different pixels is independent.
/// Units:      object values squared.
/// Invariants: the masks of a sample depend on the run seed and the sample only.
/// Errors:     UsageError for a trial without a measured image; NumericError where a draw hides
///             nothing.
/// Tested by:  tests/learned/losses/self_supervised_test.cpp, conformance.
class MeasurementSplitting final : public Loss {
 public:
  struct Params {
    double keep = 0.9;
    std::int64_t masks = 1;
  };
  static void describe(Schema<Params>& s);

  explicit MeasurementSplitting(const Params& params) : params_(params) {}
  MeasurementSplitting(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;

 private:
  Params params_;
};

}  // namespace parfocal::learned
