// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/psnr.h"

#include <ATen/TensorOperators.h>

#include "core/error.h"

namespace parfocal::solvers {

void Psnr::describe(Schema<Params>& s) {
  s.summary("Peak signal-to-noise ratio of an estimate against the true object.");
  s.equation("PSNR = 10 log10( peak^2 / mean((s e - x)^2) )");
  s.convention("Without peak: the largest value of the reference, over all channels.");
  Matching::describe_keys(s);
  s.key("peak", &Params::peak).above(0.0).doc("Peak value, where it is agreed on (1 for [0, 1]).");
}

at::Tensor Psnr::evaluate(const at::Tensor& estimate, const at::Tensor& reference) const {
  const auto [e, x] = matched(estimate, reference, params_, "psnr");
  const at::Tensor error = (e - x).square().mean({1, 2, 3});
  const at::Tensor peak = peak_of(x, params_.peak, "psnr");
  if (!error.gt(0).all().item<bool>()) {
    throw NumericError("psnr: the error is zero or not a number; the ratio is not finite");
  }
  return (peak.square() / error).log10() * 10.0;
}

}  // namespace parfocal::solvers
