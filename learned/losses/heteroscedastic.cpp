// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/heteroscedastic.h"

#include <ATen/TensorOperators.h>

#include "core/error.h"
#include "learned/losses/trial_images.h"

namespace parfocal::learned {
namespace {

at::Tensor surprise(const Trial& trial) {
  require_estimate(trial, "heteroscedastic");
  if (!trial.variance.defined()) {
    throw UsageError(
        "heteroscedastic: the last of reconstruction.stages predicts no variance; make it "
        "heteroscedastic_network");
  }
  const at::Tensor& v = trial.variance;
  return (trial.object - trial.estimate).square() / (v * 2.0) + v.log() * 0.5;
}

}  // namespace

void Heteroscedastic::describe(Schema<Params>& s) {
  s.summary("How little the predicted mean and variance expect the true objects.");
  s.equation("value = mean [ (object - estimate)^2 / (2 v) + log(v) / 2 ]");
  s.citation("D. A. Nix, A. S. Weigend, Proc. IEEE Int. Conf. Neural Networks 1, 55 (1994)");
  s.convention("v comes from the last stage; the constant log(2 pi) / 2 is left out.");
  s.gradient("exact");
}

at::Tensor Heteroscedastic::value(const Trial& trial) const { return surprise(trial).mean(); }

at::Tensor Heteroscedastic::condition_scores(const Trial& trial) const {
  return surprise(trial).to(at::kDouble).mean({0, 2, 3});
}

}  // namespace parfocal::learned
