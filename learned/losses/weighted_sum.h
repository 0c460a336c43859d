// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// Several losses at once.
///
///   value = sum_i weights_i value_i
///
/// Errors:     those of its terms.
/// Tested by:  tests/learned/losses/supervised_test.cpp, conformance.
class WeightedSum final : public Loss {
 public:
  struct Params {
    std::vector<ComponentConfig> terms;
    std::vector<double> weights;
  };
  static void describe(Schema<Params>& s);

  WeightedSum(const Params& params, const BuildContext& context);
  WeightedSum(std::vector<std::shared_ptr<const Loss>> terms, std::vector<double> weights);

  [[nodiscard]] bool needs_estimate() const override;
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;

 private:
  std::vector<std::shared_ptr<const Loss>> terms_;
  std::vector<double> weights_;
};

}  // namespace parfocal::learned
