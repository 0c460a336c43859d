// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/electron_multiplication.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/special_i0e.h>
#include <ATen/ops/special_i1e.h>
#include <ATen/ops/trapezoid.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/check.h"
#include "core/tensor/checkpoint.h"
#include "optics/sources/gauss_quadrature.h"

namespace parfocal::optics {
namespace {

constexpr std::int64_t kNodes = 40;
constexpr double kReach = 7.0;                // Half the range of the integrals, in s.
constexpr std::int64_t kPixelsAtOnce = 8192;  // 40 nodes of float64 each stay in the cache.

struct Density {
  at::Tensor log_p, score;
};

Density density(const at::Tensor& nu_flat, const at::Tensor& z_flat, const at::Tensor& g,
                const at::Tensor& s) {
  const Quadrature rule = gauss_legendre(kNodes);
  const at::Tensor nu = nu_flat.unsqueeze(-1), z = z_flat.unsqueeze(-1);
  const at::Tensor reach = (kReach * s).detach();
  const at::Tensor center = (z - s * s / g).detach();
  const at::Tensor low = (center - reach).clamp_min(0.0);
  const at::Tensor width = at::maximum(center + reach, low + s.detach()) - low;
  const at::Tensor u = low + width * (0.5 + 0.5 * rule.x.to(nu.device()));
  const at::Tensor x = 2.0 * (nu * u / g).sqrt();
  const at::Tensor exponent = -0.5 * ((z - u) / s).square() - ((u / g).sqrt() - nu.sqrt()).square();
  const at::Tensor none = -nu - 0.5 * (z / s).square();
  const at::Tensor largest = at::maximum(exponent.amax(-1, true), none).detach();
  const at::Tensor share = (exponent - largest).exp() * (width * rule.weight.to(nu.device())) / g;
  const at::Tensor amplified = (share * (2.0 * at::special_i1e(x) / x)).sum(-1, true) * nu;
  const at::Tensor p = (none - largest).exp() + amplified;
  const at::Tensor q = (share * at::special_i0e(x)).sum(-1, true);
  const at::Tensor log_width = (s * std::sqrt(2.0 * std::numbers::pi)).log();
  return {(p.log() + largest - log_width).squeeze(-1), (q / p - 1.0).squeeze(-1)};
}

/// `of(density)` over all pixels, some at once.
at::Tensor in_parts(const ElectronMultiplication& em, const at::Tensor& nu, const at::Tensor& z,
                    at::Tensor Density::*of) {
  PARFOCAL_CHECK(nu.sizes() == z.sizes());
  const at::Tensor nu_flat = nu.to(at::kDouble).flatten(), z_flat = z.to(at::kDouble).flatten();
  const TensorFunction part = [of](const std::vector<at::Tensor>& inputs) {
    return density(inputs[0], inputs[1], inputs[2], inputs[3]).*of;
  };
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < nu_flat.size(0); first += kPixelsAtOnce) {
    const std::int64_t n = std::min(kPixelsAtOnce, nu_flat.size(0) - first);
    parts.push_back(checkpoint(
        part, {nu_flat.narrow(0, first, n), z_flat.narrow(0, first, n), em.gain, em.read_noise}));
  }
  return at::cat(parts).view(nu.sizes()).to(nu.scalar_type());
}

}  // namespace

at::Tensor ElectronMultiplication::log_density(const at::Tensor& nu, const at::Tensor& z) const {
  return in_parts(*this, nu, z, &Density::log_p);
}

at::Tensor ElectronMultiplication::score(const at::Tensor& nu, const at::Tensor& z) const {
  return in_parts(*this, nu, z, &Density::score);
}

double ElectronMultiplication::information(double nu) const {
  const double g = gain.item<double>(), s = read_noise.item<double>();
  const double spread = std::sqrt(2.0 * nu + 1.0) * g + s;
  const double high = nu * g + 9.0 * spread + 30.0 * g + 10.0 * s;
  const auto part = [&](double from, double to, std::int64_t points) {
    const at::Tensor z = at::linspace(from, to, points, at::kDouble);
    const Density d = density(at::full({points}, nu, at::kDouble), z, gain.detach().cpu(),
                              read_noise.detach().cpu());
    return at::trapezoid(d.log_p.exp() * d.score.square(), z).item<double>();
  };
  // The peak of no electrons is as wide as the read noise, the rest as wide as the gain.
  const double peak = 10.0 * s, low = std::max(peak, nu * g - 9.0 * spread);
  return part(-peak, peak, 401) + part(low, high, 4001);
}

}  // namespace parfocal::optics
