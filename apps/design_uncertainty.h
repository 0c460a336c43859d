// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>

#include "apps/design.h"
#include "core/run/summary.h"
#include "learned/uncertainty/calibration.h"

namespace parfocal {

/// Standard deviation of a reconstruction per pixel, and whether it is that of the errors.
///
/// Layout:     to the summary coverage_50, _68, _90, _95 over the samples of `evaluate`, each with its
///             coverage_NN_band, z_variance, conformal_scale of the first half of the samples,
///             conformal_coverage over the other half, mean_deviation and rmse; reliability.csv
///             with nominal and observed coverage and the band; object_deviation.ome.tif of sample 0.
/// Errors:     UsageError from `check_uncertainty`; NumericError for a deviation of 0.
/// Tested by:  tests/apps/design_uncertainty_test.cpp.
class DesignUncertainty {
 public:
  DesignUncertainty(const UncertaintyBlock& block, const Design& design);

  void add_to(Summary& summary) const;
  void write_reliability(const std::filesystem::path& file) const;
  [[nodiscard]] const at::Tensor& first_deviation() const { return first_; }
  /// What a reader of the deviation must know; empty where it is what it says.
  [[nodiscard]] static std::string caveat(const UncertaintyBlock& block, const Pipeline& pipeline);

 private:
  learned::Calibration calibration_;
  at::Tensor first_;  ///< [1, condition, n_y, n_x]
};

/// Throws where the method does not fit the stages, or the samples are too few.
void check_uncertainty(const UncertaintyBlock& block, std::int64_t samples,
                       const Pipeline& pipeline);

}  // namespace parfocal
