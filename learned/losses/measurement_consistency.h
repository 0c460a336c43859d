// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// How far the image that the model expects of an estimate is from the measured one: no true object
/// is needed.
///
///   value = mean (A S(y) - y)^2
///
/// Convention: right for data without noise only, because it rewards a decoder that fits the noise;
///             `sure` takes that reward away.
/// Units:      object values squared.
/// Errors:     UsageError for a trial without a measured image, or a model of volumes.
/// Tested by:  tests/learned/losses/self_supervised_test.cpp, conformance.
class MeasurementConsistency final : public Loss {
 public:
  struct Params {};
  static void describe(Schema<Params>& s);

  explicit MeasurementConsistency(const Params&) {}
  MeasurementConsistency(const Params&, const BuildContext&) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
};

}  // namespace parfocal::learned
