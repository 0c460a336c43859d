// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/wiener_error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include "solvers/linear/wiener_filter.h"

namespace parfocal::learned {
namespace {

solvers::WienerFilter filter_of(const Trial& trial, const ObjectSpectrum& object) {
  const at::Tensor transfer = solvers::sensor_transfer(trial.model, "wiener_error");
  const Shape image = trial.model.range();
  const at::Tensor like =
      at::empty(image, at::TensorOptions().dtype(trial.model.dtype()).device(transfer.device()));
  return solvers::wiener_filter(
      transfer, object.power(image[1], image[2]),
      solvers::noise_variance(trial.detector, like, object.mean, trial.photons), image[2]);
}

}  // namespace

void WienerError::describe(Schema<Params>& s) {
  s.summary("Error of the best linear decoder that all conditions share, in closed form.");
  s.equation("value = 10 log10 mean_f [ S - S^2 |m1|^2 / (S m2 + s^2) ],  score = -value");
  s.citation(
      "N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series, 1949");
  s.convention("Score in dB at peak 1, a PSNR; s^2 is the detector's variance at the mean object.");
  s.gradient("exact");
  s.block("object", &Params::object).doc("Second-order statistics of the objects.");
}

at::Tensor WienerError::value(const Trial& trial) const {
  return filter_of(trial, params_.object).error.log10() * 10.0;
}

at::Tensor WienerError::condition_scores(const Trial& trial) const {
  return filter_of(trial, params_.object).condition_errors.log10() * -10.0;
}

}  // namespace parfocal::learned
