// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/wiener_filter.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/real.h>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "solvers/object_spectrum.h"

namespace parfocal::solvers {
namespace {

at::Tensor squared_magnitude(const at::Tensor& values) { return at::real(values * values.conj()); }

}  // namespace

WienerFilter wiener_filter(const at::Tensor& transfer, const at::Tensor& power,
                           const at::Tensor& noise_variance, std::int64_t n_x) {
  const at::Tensor s = power.to(transfer.device(), c10::toRealValueType(transfer.scalar_type()));
  const at::Tensor noise = noise_variance.to(s.device(), s.scalar_type());
  const at::Tensor m1 = transfer.mean(0);
  const at::Tensor denominator = s * squared_magnitude(transfer).mean(0) + noise;
  WienerFilter result;
  result.filter = m1.conj() * (s / denominator);
  const at::Tensor miss = squared_magnitude(result.filter * transfer - 1.0);
  result.condition_errors = plane_mean(s * miss + squared_magnitude(result.filter) * noise, n_x);
  result.error = plane_mean(s - s * s * squared_magnitude(m1) / denominator, n_x);
  return result;
}

at::Tensor sensor_transfer(const Operator& model, const std::string& user) {
  const auto& bank = require_capability<TransferFunctions>(model, user, "transfer functions");
  const at::Tensor transfer = bank.transfer();
  const bool own_grid = bank.padded_y() == bank.sensor_y() && bank.padded_x() == bank.sensor_x();
  if (own_grid && transfer.size(0) == 1 && transfer.size(2) == 1) return transfer[0].select(1, 0);
  throw UsageError(user +
                   " needs a model of one object on the grid of the sensor, without colors, depths "
                   "or padding (incoherent_imaging with boundary: periodic)");
}

at::Tensor noise_variance(const Likelihood& detector, const at::Tensor& like, double mean,
                          double photons) {
  const at::Tensor level = at::full({1, 1, like.size(-2), like.size(-1)}, mean * photons,
                                    like.options().requires_grad(false));
  return detector.fisher_weight(level).reciprocal().mean() / (photons * photons);
}

}  // namespace parfocal::solvers
