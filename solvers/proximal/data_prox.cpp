// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/data_prox.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "core/operators/capabilities.h"
#include "core/tensor/fft.h"
#include "solvers/channel_units.h"
#include "solvers/linear/point_mixing.h"
#include "solvers/proximal/least_squares.h"

namespace parfocal::solvers {
namespace {

/// One tensor for every channel, or the one for all.
std::vector<at::Tensor> each_channel(const at::Tensor& a) {
  std::vector<at::Tensor> all;
  for (std::int64_t k = 0; k < a.size(1); ++k) all.push_back(a.narrow(1, k, 1));
  return all;
}

/// The units of a prior, [channel, 1, 1]; undefined without.
at::Tensor units_of(const Problem& problem) {
  for (const auto& prior : problem.priors) {
    const auto* units = dynamic_cast<const ChannelUnits*>(prior.get());
    if (units == nullptr || units->channel_units().empty()) continue;
    return at::tensor(units->channel_units(), at::kDouble).view({-1, 1, 1});
  }
  return {};
}

/// The transfer functions of a model that needs no crop, or nullptr.
const TransferFunctions* circular(const Operator& model) {
  const auto* bank = dynamic_cast<const TransferFunctions*>(&model);
  if (bank == nullptr) return nullptr;
  const Shape domain = model.domain();
  const bool own_grid = bank->padded_y() == bank->sensor_y() &&
                        bank->padded_x() == bank->sensor_x() && domain.size() == 3 &&
                        domain[1] == bank->sensor_y() && domain[2] == bank->sensor_x();
  return own_grid ? bank : nullptr;
}

}  // namespace

DataProx::DataProx(const Problem& problem, std::string solver,
                   const ConjugateGradientLimits& limits)
    : model_(&linear_model(problem, solver)),
      kept_(problem.model),
      solver_(std::move(solver)),
      limits_(limits),
      data_(data_term_of(problem, problem.counts.device())),
      units_(units_of(problem)) {
  prepare_closed_form();
  if (normal_) return;
  points_ = point_normal(*kept_, data_);
  adjoint_data_ = model_->adjoint(data_.weight * data_.target);
}

void DataProx::prepare_closed_form() {
  const TransferFunctions* bank = circular(*kept_);
  if (bank == nullptr) return;
  const at::Tensor weights = data_.weight.flatten(1);
  const at::Tensor highest = weights.amax(1);
  if (!weights.amin(1).eq(highest).all().item<bool>()) return;
  item_weight_ = highest.to(at::kDouble);
  n_y_ = bank->sensor_y();
  n_x_ = bank->sensor_x();
  const at::Tensor transfer = bank->transfer();
  numerator_ = apply_bank_adjoint(transfer, rfft2(data_.target));
  normal_.emplace(transfer);
}

at::Tensor DataProx::strength(const std::vector<double>& mu, const at::Tensor& weight,
                              const at::Tensor& like) const {
  at::Tensor a = at::tensor(mu, at::kDouble).to(like.device()).view({-1, 1, 1, 1});
  if (weight.defined()) a = a / weight.view({-1, 1, 1, 1});
  if (units_.defined()) a = a / units_.to(like.device()).square();
  return a.to(like.scalar_type());
}

at::Tensor DataProx::prox(const at::Tensor& z, const std::vector<double>& mu) const {
  const at::Tensor a = strength(mu, item_weight_, z);
  if (normal_) {
    return irfft2(normal_->solve(each_channel(a), numerator_ + a * rfft2(z)), n_y_, n_x_);
  }
  const at::Tensor right = adjoint_data_ + a * z;
  if (points_) return points_->solve(each_channel(a), right);
  const auto normal = [&](const at::Tensor& x) {
    return model_->adjoint(data_.weight * model_->forward(x)) + a * x;
  };
  return conjugate_gradient(normal, right, z, limits_, solver_.c_str());
}

std::vector<double> DataProx::noise_levels() const {
  const at::Tensor counts = data_.weight.gt(0);
  const at::Tensor variance =
      at::where(counts, data_.weight.reciprocal(), at::zeros_like(data_.weight));
  return to_vector((sum_per_item(variance) / sum_per_item(counts.to(at::kDouble))).sqrt());
}

}  // namespace parfocal::solvers
