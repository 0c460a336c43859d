// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/weighted_sum.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace parfocal::learned {

void WeightedSum::describe(Schema<Params>& s) {
  s.summary("Several losses at once, each with a weight.");
  s.equation("value = sum_i weights_i value_i");
  s.convention("The values are added, not the scores: of a PSNR its mean squared error.");
  s.gradient("exact");
  s.components("terms", &Params::terms, "loss").doc("The losses.");
  s.key("weights", &Params::weights).required().doc("One number for each term, none of them 0.");
  s.check([](const Params& p) -> std::string {
    if (p.terms.empty()) return "terms: expected at least one loss";
    if (p.terms.size() != p.weights.size()) return "weights: expected one number for each term";
    const bool useful = std::ranges::all_of(
        p.weights, [](double weight) { return std::isfinite(weight) && weight != 0.0; });
    return useful ? "" : "weights: expected finite numbers that are not 0";
  });
}

WeightedSum::WeightedSum(const Params& params, const BuildContext& context)
    : weights_(params.weights) {
  for (const ComponentConfig& term : params.terms) terms_.push_back(build<Loss>(term, context));
}

WeightedSum::WeightedSum(std::vector<std::shared_ptr<const Loss>> terms,
                         std::vector<double> weights)
    : terms_(std::move(terms)), weights_(std::move(weights)) {
  PARFOCAL_CHECK(terms_.size() == weights_.size());
  PARFOCAL_CHECK(!terms_.empty());
}

bool WeightedSum::needs_estimate() const {
  return std::ranges::any_of(terms_, [](const auto& term) { return term->needs_estimate(); });
}

at::Tensor WeightedSum::value(const Trial& trial) const {
  at::Tensor sum = terms_[0]->value(trial) * weights_[0];
  for (std::size_t i = 1; i < terms_.size(); ++i) {
    sum = sum + terms_[i]->value(trial) * weights_[i];
  }
  return sum;
}

}  // namespace parfocal::learned
