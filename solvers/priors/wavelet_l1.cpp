// SPDX-License-Identifier: Apache-2.0
#include "solvers/priors/wavelet_l1.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/stack.h>

#include <cmath>

#include "core/error.h"
#include "solvers/data_term.h"

namespace parfocal::solvers {
namespace {

std::vector<double> low_pass(Wavelet wavelet) {
  if (wavelet == Wavelet::kHaar) return {1.0 / std::sqrt(2.0), 1.0 / std::sqrt(2.0)};
  const double root3 = std::sqrt(3.0), scale = 1.0 / (4.0 * std::sqrt(2.0));
  return {(1 + root3) * scale, (3 + root3) * scale, (3 - root3) * scale, (1 - root3) * scale};
}

std::vector<double> high_pass(const std::vector<double>& h) {
  std::vector<double> g(h.size());
  for (std::size_t n = 0; n < h.size(); ++n) g[n] = (n % 2 == 0 ? 1.0 : -1.0) * h[h.size() - 1 - n];
  return g;
}

/// sum_n f[n] v[2k + n] along the last axis, from the even and odd samples.
at::Tensor analyse(const at::Tensor& even, const at::Tensor& odd, const std::vector<double>& f) {
  at::Tensor sum = f[0] * even + f[1] * odd;
  for (std::size_t n = 2; n < f.size(); n += 2) {
    const std::int64_t shift = -static_cast<std::int64_t>(n / 2);
    sum = sum + f[n] * at::roll(even, shift, -1) + f[n + 1] * at::roll(odd, shift, -1);
  }
  return sum;
}

/// Its transpose for one filter: what goes to samples 2k + parity.
at::Tensor synthesise(const at::Tensor& c, const std::vector<double>& f, std::size_t parity) {
  at::Tensor sum = f[parity] * c;
  for (std::size_t n = 2; n < f.size(); n += 2) {
    sum = sum + f[n + parity] * at::roll(c, static_cast<std::int64_t>(n / 2), -1);
  }
  return sum;
}

at::Tensor rows_forward(const at::Tensor& v, const std::vector<double>& h) {
  const at::Tensor even = v.slice(-1, 0, v.size(-1), 2), odd = v.slice(-1, 1, v.size(-1), 2);
  return at::cat({analyse(even, odd, h), analyse(even, odd, high_pass(h))}, -1);
}

at::Tensor rows_inverse(const at::Tensor& c, const std::vector<double>& h) {
  const std::int64_t half = c.size(-1) / 2;
  const at::Tensor a = c.narrow(-1, 0, half), d = c.narrow(-1, half, half);
  const std::vector<double> g = high_pass(h);
  const at::Tensor even = synthesise(a, h, 0) + synthesise(d, g, 0);
  const at::Tensor odd = synthesise(a, h, 1) + synthesise(d, g, 1);
  return at::stack({even, odd}, -1).flatten(-2);
}

void check_sizes(const at::Tensor& v, std::int64_t levels) {
  const std::int64_t block = std::int64_t{1} << levels;
  if (v.size(-2) % block == 0 && v.size(-1) % block == 0) return;
  throw SamplingError("wavelet_l1: " + std::to_string(levels) +
                      " levels need sizes that divide by " + std::to_string(block) + ", got " +
                      std::to_string(v.size(-2)) + " x " + std::to_string(v.size(-1)) +
                      "; take fewer levels or another padding");
}

}  // namespace

at::Tensor wavelet_transform(const at::Tensor& v, Wavelet wavelet, std::int64_t levels) {
  check_sizes(v, levels);
  const std::vector<double> h = low_pass(wavelet);
  at::Tensor result = v.clone();
  std::int64_t n_y = v.size(-2), n_x = v.size(-1);
  for (std::int64_t level = 0; level < levels; ++level, n_y /= 2, n_x /= 2) {
    at::Tensor corner = result.narrow(-2, 0, n_y).narrow(-1, 0, n_x);
    const at::Tensor along_x = rows_forward(corner, h);
    corner.copy_(rows_forward(along_x.transpose(-2, -1), h).transpose(-2, -1));
  }
  return result;
}

at::Tensor inverse_wavelet_transform(const at::Tensor& coefficients, Wavelet wavelet,
                                     std::int64_t levels) {
  check_sizes(coefficients, levels);
  const std::vector<double> h = low_pass(wavelet);
  at::Tensor result = coefficients.clone();
  for (std::int64_t level = levels; level-- > 0;) {
    const std::int64_t n_y = result.size(-2) >> level, n_x = result.size(-1) >> level;
    at::Tensor corner = result.narrow(-2, 0, n_y).narrow(-1, 0, n_x);
    const at::Tensor along_y = rows_inverse(corner.transpose(-2, -1), h).transpose(-2, -1);
    corner.copy_(rows_inverse(along_y, h));
  }
  return result;
}

void WaveletL1::describe(Schema<Params>& s) {
  s.summary("Sparse details in an orthogonal periodic wavelet basis.");
  s.equation("R(v) = weight sum |details of Psi v|;  prox = Psi^T soft(Psi v, step weight)");
  s.citation("I. Daubechies, Commun. Pure Appl. Math. 41, 909 (1988), table 1");
  s.convention("The coarse approximation is not penalised.");
  s.choice("wavelet", &Params::wavelet,
           {{"haar", Wavelet::kHaar}, {"daubechies_4", Wavelet::kDaubechies4}})
      .doc("Haar (2 taps) or Daubechies with 4 taps.");
  s.key("levels", &Params::levels)
      .at_least(1)
      .at_most(16)
      .doc("Levels of the transform; both sizes of the object must divide by 2^levels.");
  s.key("weight", &Params::weight)
      .at_least(0.0)
      .doc("Weight of the term, in the scale of the data.");
}

at::Tensor WaveletL1::value(const at::Tensor& v) const {
  const at::Tensor size = wavelet_transform(v, params_.wavelet, params_.levels).abs();
  const at::Tensor coarse = size.narrow(-2, 0, size.size(-2) >> params_.levels)
                                .narrow(-1, 0, size.size(-1) >> params_.levels);
  return (sum_per_item(size) - sum_per_item(coarse)) * params_.weight;
}

at::Tensor WaveletL1::prox(const at::Tensor& v, double step) const {
  const at::Tensor c = wavelet_transform(v, params_.wavelet, params_.levels);
  at::Tensor shrunk = c.sign() * (c.abs() - step * params_.weight).clamp_min(0);
  const auto coarse = [&](const at::Tensor& all) {
    return all.narrow(-2, 0, all.size(-2) >> params_.levels)
        .narrow(-1, 0, all.size(-1) >> params_.levels);
  };
  coarse(shrunk).copy_(coarse(c));
  return inverse_wavelet_transform(shrunk, params_.wavelet, params_.levels);
}

}  // namespace parfocal::solvers
