// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/multi_scale.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/avg_pool2d.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "learned/losses/trial_images.h"

namespace parfocal::learned {

void MultiScale::describe(Schema<Params>& s) {
  s.summary("Error of estimates at several scales of a pyramid of 2 x 2 means.");
  s.equation(
      "value = sum_l weight^l mean rho(P_l (estimate - object)) / sum_l weight^l,\n"
      "rho(d) = sqrt(d^2 + epsilon^2) - epsilon, |d| or d^2");
  s.citation("P. Charbonnier et al., Proc. ICIP 2, 168 (1994)");
  s.citation("P. J. Burt, E. H. Adelson, IEEE Trans. Commun. 31, 532 (1983)");
  s.gradient("exact");
  s.key("levels", &Params::levels).at_least(1).at_most(16).doc("Scales, from one pixel upwards.");
  s.choice("penalty", &Params::penalty,
           {{"charbonnier", Penalty::kCharbonnier},
            {"absolute", Penalty::kAbsolute},
            {"squared", Penalty::kSquared}})
      .doc("rho: a smooth absolute value, the absolute value, or the square.");
  s.key("epsilon", &Params::epsilon)
      .above(0.0)
      .doc("Object value below which charbonnier is a parabola.");
  s.key("weight", &Params::weight).above(0.0).doc("Weight of a scale over that of the finer one.");
}

at::Tensor MultiScale::penalty(const at::Tensor& difference) const {
  switch (params_.penalty) {
    case Penalty::kAbsolute:
      return difference.abs();
    case Penalty::kSquared:
      return difference.square();
    case Penalty::kCharbonnier:
      break;
  }
  return (difference.square() + params_.epsilon * params_.epsilon).sqrt() - params_.epsilon;
}

at::Tensor MultiScale::value(const Trial& trial) const {
  require_estimate(trial, "multi_scale");
  at::Tensor difference = trial.estimate - trial.object;
  if (std::min(difference.size(-2), difference.size(-1)) >> (params_.levels - 1) < 1) {
    throw UsageError(fmt::format("multi_scale: {} levels need images of {} pixels, not {} x {}",
                                 params_.levels, std::int64_t{1} << (params_.levels - 1),
                                 difference.size(-2), difference.size(-1)));
  }
  at::Tensor sum = penalty(difference).mean();
  double weight = 1.0, weights = 1.0;
  for (std::int64_t level = 1; level < params_.levels; ++level) {
    difference =
        at::avg_pool2d(difference, 2, 2, 0, /*ceil_mode=*/true, /*count_include_pad=*/false);
    weight *= params_.weight;
    weights += weight;
    sum = sum + penalty(difference).mean() * weight;
  }
  return sum / weights;
}

}  // namespace parfocal::learned
