// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/mutual_information.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/real.h>

#include <numbers>

#include "solvers/linear/wiener_filter.h"

namespace parfocal::learned {

void MutualInformation::describe(Schema<Params>& s) {
  s.summary("Information that an image carries about its object, without a decoder.");
  s.equation("value = -mean_k I_k,  I_k = mean_f 1/2 log2(1 + |H_k|^2 S / s^2),  score = -value");
  s.citation("C. E. Shannon, Proc. IRE 37, 10 (1949), eq. 32");
  s.citation("C. L. Fales, F. O. Huck, Inf. Sci. 57, 245 (1991)");
  s.convention("Bits per pixel; the condition is known; s^2 is the variance at the mean object.");
  s.gradient("exact");
  s.block("object", &Params::object).doc("Second-order statistics of the objects.");
}

at::Tensor MutualInformation::condition_scores(const Trial& trial) const {
  const at::Tensor transfer = solvers::sensor_transfer(trial.model, "mutual_information");
  const Shape image = trial.model.range();
  const at::Tensor like =
      at::empty(image, at::TensorOptions().dtype(trial.model.dtype()).device(transfer.device()));
  const at::Tensor noise =
      solvers::noise_variance(trial.detector, like, params_.object.mean, trial.photons);
  const at::Tensor power =
      params_.object.power(image[1], image[2]).to(transfer.device(), trial.model.dtype());
  const at::Tensor ratio = at::real(transfer * transfer.conj()) * power / noise;
  return plane_mean(at::log1p(ratio), image[2]) / (2.0 * std::numbers::ln2);
}

at::Tensor MutualInformation::value(const Trial& trial) const {
  return -condition_scores(trial).mean();
}

}  // namespace parfocal::learned
