// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/operators/component.h"
#include "solvers/record_stage.h"

namespace parfocal::solvers {

/// Leaves out samples that cosmic rays hit.
///
///   mask <- mask without { y - M > threshold sigma(M), short, at one point }
///
/// with the rank-R model M of the whole map of `find_spikes`. What is left out is shown as M and has
/// mask 0: the stages behind do not count it.
///
/// W. Cochran, J. Horne, Anal. Chem. 49, 846 (1977); M. Gavish, D. Donoho, IEEE Trans. Inf. Theory 60,
/// 5040 (2014).
/// Layout:     [batch, channel, n_y, n_x]; each item is a map of its own.
/// Errors:     UsageError for fewer than 9 points or 9 channels: one exposure of one spectrum does not
///             tell a spike from a line.
/// Tested by:  tests/solvers/spectral/spike_model_test.cpp, conformance.
class Despike final : public RecordStage {
 public:
  struct Params {
    double threshold = 8.0;
    std::int64_t longest = 9;
    std::int64_t rounds = 6;
    std::optional<std::int64_t> rank;
  };
  static void describe(Schema<Params>& s);

  explicit Despike(const Params& params) : params_(params) {}
  Despike(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] StageRecord process(StageRecord record, const StageScene& scene) const override;

 private:
  Params params_;
};

}  // namespace parfocal::solvers
