// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// What estimates lack in structural similarity with the true objects.
///
///   value = 1 - mean SSIM,   score = mean SSIM
///
/// with the map of `solvers::ssim_map` at its published constants.
///
/// Z. Wang et al., IEEE Trans. Image Process. 13, 600 (2004), eq. 13 and 17.
/// Convention: L is `data_range`, 1 for object values; no scaling and no clipping.
/// Errors:     UsageError without an estimate or for images smaller than the window of 11 pixels.
/// Tested by:  tests/learned/losses/supervised_test.cpp, conformance.
class StructuralSimilarity final : public Loss {
 public:
  struct Params {
    double data_range = 1.0;
  };
  static void describe(Schema<Params>& s);

  explicit StructuralSimilarity(const Params& params) : params_(params) {}
  StructuralSimilarity(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] double score(double value) const override { return 1.0 - value; }
  [[nodiscard]] bool higher_is_better() const override { return true; }
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;

 private:
  [[nodiscard]] at::Tensor map(const Trial& trial) const;

  Params params_;
};

}  // namespace parfocal::learned
