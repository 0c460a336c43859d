// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/ssim.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/error.h"

namespace parfocal::solvers {
namespace {

std::vector<double> gaussian_weights(const SsimWindow& window) {
  std::vector<double> weights;
  double sum = 0.0;
  for (std::int64_t k = 0; k < window.size; ++k) {
    const double distance = static_cast<double>(k - window.size / 2) / window.sigma;
    weights.push_back(std::exp(-0.5 * distance * distance));
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// Weighted sums along one axis, only where the weights lie inside.
at::Tensor filtered(const at::Tensor& image, const std::vector<double>& weights,
                    std::int64_t axis) {
  const auto taps = static_cast<std::int64_t>(weights.size());
  const std::int64_t length = image.size(axis) - taps + 1;
  at::Tensor sum = image.narrow(axis, 0, length) * weights[0];
  for (std::int64_t k = 1; k < taps; ++k) {
    sum = sum + image.narrow(axis, k, length) * weights[static_cast<std::size_t>(k)];
  }
  return sum;
}

}  // namespace

at::Tensor ssim_map(const at::Tensor& e, const at::Tensor& x, const at::Tensor& range,
                    const SsimWindow& window, const std::string& user) {
  if (e.size(-2) < window.size || e.size(-1) < window.size) {
    throw UsageError(
        fmt::format("{}: the image of {} x {} pixels is smaller than the window of {}; "
                    "lower size, or compare larger images",
                    user, e.size(-2), e.size(-1), window.size));
  }
  const std::vector<double> weights = gaussian_weights(window);
  const auto mean = [&](const at::Tensor& image) {
    return filtered(filtered(image, weights, 2), weights, 3);
  };
  const at::Tensor scale = range.reshape({-1, 1, 1, 1}).square();
  const at::Tensor c1 = scale * (window.k1 * window.k1), c2 = scale * (window.k2 * window.k2);
  const at::Tensor mean_e = mean(e), mean_x = mean(x);
  const at::Tensor square_e = mean_e.square(), square_x = mean_x.square();
  const at::Tensor product = mean_e * mean_x;
  const at::Tensor variances = mean(e.square()) - square_e + mean(x.square()) - square_x;
  const at::Tensor covariance = mean(e * x) - product;
  return (product * 2.0 + c1) * (covariance * 2.0 + c2) /
         ((square_e + square_x + c1) * (variances + c2));
}

void Ssim::describe(Schema<Params>& s) {
  s.summary("Mean structural similarity of an estimate with the true object.");
  s.equation(
      "SSIM = (2 mu_e mu_x + C1) (2 s_ex + C2) / ((mu_e^2 + mu_x^2 + C1) (s_e^2 + s_x^2 + C2)),\n"
      "C1 = (k1 L)^2, C2 = (k2 L)^2");
  s.citation(
      "Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, IEEE Trans. Image Process. 13, 600 "
      "(2004), eq. 13 and 17");
  s.convention("Gaussian window inside the image only; weighted population variances.");
  Matching::describe_keys(s);
  s.key("data_range", &Params::data_range)
      .above(0.0)
      .doc("L, where it is agreed on (1 for [0, 1]); absent: the largest value of the reference.");
  s.key("size", &Params::size).at_least(1).at_most(1001).doc("Pixels of the window, odd.");
  s.key("sigma", &Params::sigma).above(0.0).doc("Of the Gaussian weights in pixels.");
  s.key("k1", &Params::k1).above(0.0).doc("Constant of the comparison of means.");
  s.key("k2", &Params::k2).above(0.0).doc("Constant of the comparison of structure.");
  s.check([](const Params& p) { return p.size % 2 == 1 ? "" : "size: expected an odd number"; });
}

at::Tensor Ssim::evaluate(const at::Tensor& estimate, const at::Tensor& reference) const {
  const auto [e, x] = matched(estimate, reference, params_, "ssim");
  const SsimWindow window{params_.size, params_.sigma, params_.k1, params_.k2};
  const at::Tensor value =
      ssim_map(e, x, peak_of(x, params_.data_range, "ssim"), window, "ssim").mean({1, 2, 3});
  if (value.isfinite().all().item<bool>()) return value;
  throw NumericError("ssim: estimate or reference holds values that are not numbers");
}

}  // namespace parfocal::solvers
