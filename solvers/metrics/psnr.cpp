// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/psnr.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>

#include "core/error.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::solvers {
namespace {

at::Tensor scale_of(const at::Tensor& e, const at::Tensor& x, ScaleMatch match) {
  switch (match) {
    case ScaleMatch::kMaximum:
      return x.amax(1, true) / e.amax(1, true);
    case ScaleMatch::kGain:
      return (e * x).sum(1, true) / (e * e).sum(1, true);
    case ScaleMatch::kNone:
      break;
  }
  return at::ones_like(x.narrow(1, 0, 1));
}

}  // namespace

void Psnr::describe(Schema<Params>& s) {
  s.summary("Peak signal-to-noise ratio of an estimate against the true object.");
  s.equation("PSNR = 10 log10( peak^2 / mean((s e - x)^2) )");
  s.convention("Without peak: the largest value of the reference, over all channels.");
  s.choice("scale", &Params::scale,
           {{"none", ScaleMatch::kNone},
            {"maximum", ScaleMatch::kMaximum},
            {"gain", ScaleMatch::kGain}})
      .doc("Factor s of the estimate: 1, the ratio of the maxima, or the one of least error.");
  s.key("peak", &Params::peak).above(0.0).doc("Peak value, where it is agreed on (1 for [0, 1]).");
}

at::Tensor Psnr::evaluate(const at::Tensor& estimate, const at::Tensor& reference) const {
  check_tensor("estimate", estimate, estimate.scalar_type(), reference.sizes(), reference.device());
  const at::Tensor e = estimate.to(at::kDouble).flatten(1);
  const at::Tensor x = reference.to(at::kDouble).flatten(1);
  const at::Tensor error = (scale_of(e, x, params_.scale) * e - x).square().mean(1);
  const at::Tensor peak = params_.peak ? at::full_like(error, *params_.peak) : x.amax(1);
  if (!peak.gt(0).all().item<bool>()) {
    throw NumericError("psnr: the reference has no value above 0, so it has no peak");
  }
  if (!error.gt(0).all().item<bool>()) {
    throw NumericError("psnr: the error is zero or not a number; the ratio is not finite");
  }
  return (peak.square() / error).log10() * 10.0;
}

}  // namespace parfocal::solvers
