// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/modulation_transfer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/acos.h>
#include <ATen/ops/real.h>

#include <numbers>

#include "core/tensor/fft.h"
#include "solvers/linear/wiener_filter.h"
#include "solvers/object_spectrum.h"

namespace parfocal::learned {
namespace {

/// |f| of the half plane in cycles per pixel.
at::Tensor radius_of(const Shape& image) {
  const at::Tensor f_y = fft_frequencies_per_m(image[1], 1.0).unsqueeze(1);
  return (f_y.square() + rfft_frequencies_per_m(image[2], 1.0).square()).sqrt();
}

}  // namespace

void ModulationTransfer::describe(Schema<Params>& s) {
  s.summary("Contrast that the optics pass, over all conditions and frequencies up to a limit.");
  s.equation(
      "logarithm: value = -mean log(|H|^2 + epsilon)\n"
      "hinge: value = mean max(0, target - |H|)\n"
      "strehl: value = -mean_k max_x h_k / (H_k(0) mean_f T(|f| / cutoff))");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 6-32");
  s.citation("V. N. Mahajan, J. Opt. Soc. Am. 73, 860 (1983)");
  s.convention("The ideal peak has the light of the condition in a circular pupil.");
  s.gradient("exact");
  s.choice("merit", &Params::merit,
           {{"logarithm", Merit::kLogarithm}, {"hinge", Merit::kHinge}, {"strehl", Merit::kStrehl}})
      .doc("Mean logarithm of the contrast, what is missing to a target, or the Strehl ratio.");
  s.key("cutoff", &Params::cutoff)
      .above(0.0)
      .doc("Highest frequency that counts, in cycles per pixel; of the aperture for strehl.");
  s.key("epsilon", &Params::epsilon).above(0.0).doc("Floor of |H|^2 (logarithm).");
  s.key("target", &Params::target)
      .above(0.0)
      .at_most(1.0)
      .doc("Contrast that is asked for (hinge).");
}

at::Tensor ModulationTransfer::strehl(const at::Tensor& transfer, const Shape& image) const {
  const at::Tensor v = (radius_of(image) / params_.cutoff).clamp_max(1.0);
  const at::Tensor ideal = (v.acos() - v * (1.0 - v.square()).sqrt()) * (2.0 / std::numbers::pi);
  const at::Tensor light = at::real(transfer.select(-2, 0).select(-1, 0)).to(at::kDouble);
  const at::Tensor peak = irfft2(transfer, image[1], image[2]).amax({-2, -1}).to(at::kDouble);
  return peak / (light * plane_mean(ideal, image[2]).item<double>());
}

at::Tensor ModulationTransfer::condition_scores(const Trial& trial) const {
  const at::Tensor transfer = solvers::sensor_transfer(trial.model, "modulation_transfer");
  const Shape image = trial.model.range();
  if (params_.merit == Merit::kStrehl) return strehl(transfer, image);
  const at::Tensor inside =
      (radius_of(image) <= params_.cutoff).to(transfer.device(), trial.model.dtype());
  const at::Tensor power = at::real(transfer * transfer.conj());
  const at::Tensor merit = params_.merit == Merit::kLogarithm
                               ? (power + params_.epsilon).log()
                               : (params_.target - transfer.abs()).clamp_min(0.0);
  return plane_mean(merit * inside, image[2]) / plane_mean(inside, image[2]);
}

at::Tensor ModulationTransfer::value(const Trial& trial) const {
  const at::Tensor mean = condition_scores(trial).mean();
  return params_.merit == Merit::kHinge ? mean : -mean;
}

double ModulationTransfer::score(double value) const {
  return params_.merit == Merit::kHinge ? value : -value;
}

}  // namespace parfocal::learned
