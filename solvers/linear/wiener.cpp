// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/wiener.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/real.h>

#include <vector>

#include "core/tensor/fft.h"
#include "solvers/linear/wiener_filter.h"

namespace parfocal::solvers {

void Wiener::describe(Schema<Params>& s) {
  s.summary(
      "The linear estimate of least mean square error, for known spectra of object and noise.");
  s.equation("x = mean + IDFT( W . DFT(y - mean m1(0)) ),  W = S conj(m1) / (S m2 + s^2)");
  s.citation(
      "N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series, 1949");
  s.convention("m1, m2: mean of H and of |H|^2 over the conditions that share the filter.");
  s.gradient("exact");
  s.block("object", &Params::object).doc("Second-order statistics of the objects.");
  s.choice("shared_over", &Params::shared_over,
           {{"conditions", SharedOver::kConditions}, {"none", SharedOver::kNone}})
      .doc("conditions: one filter for all, the condition is not known; none: one for each.");
  s.key("range", &Params::range).doc("Object values to which the estimate is clipped.");
  s.check([](const Params& p) {
    return !p.range || (*p.range)[0] < (*p.range)[1] ? "" : "range: expected [low, high]";
  });
}

at::Tensor Wiener::estimate(const at::Tensor& image, const at::Tensor& transfer,
                            const at::Tensor& noise_variance) const {
  const std::int64_t n_y = image.size(-2), n_x = image.size(-1);
  const WienerFilter wiener =
      wiener_filter(transfer, params_.object.power(n_y, n_x), noise_variance, n_x);
  const at::Tensor level = at::real(transfer.mean(0)[0][0]) * params_.object.mean;
  return irfft2(rfft2(image - level) * wiener.filter, n_y, n_x) + params_.object.mean;
}

at::Tensor Wiener::unclipped(const at::Tensor& image, const StageScene& scene) const {
  const at::Tensor transfer = sensor_transfer(scene.model, "wiener");
  const at::Tensor noise =
      noise_variance(scene.detector, image, params_.object.mean, scene.photons);
  if (params_.shared_over == SharedOver::kConditions) return estimate(image, transfer, noise);
  std::vector<at::Tensor> each;
  for (std::int64_t k = 0; k < transfer.size(0); ++k) {
    each.push_back(estimate(image.narrow(1, k, 1), transfer.narrow(0, k, 1), noise));
  }
  return at::cat(each, 1);
}

at::Tensor Wiener::clipped(const at::Tensor& x) const {
  return params_.range ? x.clamp((*params_.range)[0], (*params_.range)[1]) : x;
}

at::Tensor Wiener::apply(const at::Tensor& image, const StageScene& scene) const {
  return clipped(unclipped(image, scene));
}

at::Tensor Wiener::draw(const at::Tensor& image, const at::Tensor& noise, const StageScene& scene,
                        RandomStream& random) const {
  const std::int64_t n_y = image.size(-2), n_x = image.size(-1);
  const at::Tensor white =
      random.normal({image.size(0), 1, n_y, n_x}, image.scalar_type(), image.device());
  const at::Tensor amplitude = params_.object.power(n_y, n_x).sqrt().to(white.options());
  const at::Tensor object = irfft2(rfft2(white) * amplitude, n_y, n_x);
  const at::Tensor transfer = sensor_transfer(scene.model, "wiener");
  const at::Tensor its_image = irfft2(rfft2(object) * transfer, n_y, n_x);
  return clipped(unclipped(image + noise - its_image, scene) + object);
}

}  // namespace parfocal::solvers
