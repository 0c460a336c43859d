// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/structural_similarity.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

#include "learned/losses/trial_images.h"
#include "solvers/metrics/ssim.h"

namespace parfocal::learned {

void StructuralSimilarity::describe(Schema<Params>& s) {
  s.summary("What estimates lack in structural similarity with the true objects.");
  s.equation("value = 1 - mean SSIM,  score = mean SSIM");
  s.citation(
      "Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, IEEE Trans. Image Process. 13, 600 "
      "(2004), eq. 13 and 17");
  s.convention("Gaussian window of 11 pixels, sigma 1.5, k1 0.01, k2 0.03, inside the image only.");
  s.gradient("exact");
  s.key("data_range", &Params::data_range).above(0.0).doc("L, the range of object values.");
}

at::Tensor StructuralSimilarity::map(const Trial& trial) const {
  require_estimate(trial, "structural_similarity");
  const at::Tensor& e = trial.estimate;
  const at::Tensor range = at::full({1}, params_.data_range, e.options().requires_grad(false));
  return solvers::ssim_map(e, trial.object.expand_as(e), range, {}, "structural_similarity");
}

at::Tensor StructuralSimilarity::value(const Trial& trial) const { return 1.0 - map(trial).mean(); }

at::Tensor StructuralSimilarity::condition_scores(const Trial& trial) const {
  return map(trial).to(at::kDouble).mean({0, 2, 3});
}

}  // namespace parfocal::learned
