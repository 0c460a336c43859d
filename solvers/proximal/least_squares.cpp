// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/least_squares.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/max.h>
#include <ATen/ops/min.h>
#include <ATen/ops/real.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "core/tensor/fft.h"
#include "core/tensor/inner_product.h"
#include "solvers/channel_units.h"
#include "solvers/priors/non_negative.h"

namespace parfocal::solvers {
namespace {

double psf_midrange(const TransferFunctions& model) {
  const std::int64_t p_y = model.padded_y(), p_x = model.padded_x();
  const double scale = std::sqrt(static_cast<double>(p_y * p_x));
  const at::Tensor response = origin_to_centre(irfft2(model.transfer().detach(), p_y, p_x));
  const at::Tensor h = crop_centred(response, model.sensor_y(), model.sensor_x()) * scale;
  return 0.5 * (h.max().item<double>() + h.min().item<double>());
}

double squared_norm_bound(const LinearOperator& model, const std::string& solver) {
  const std::optional<double> norm = model.norm_bound();
  if (!norm) {
    throw UsageError(solver + ": this model has no norm bound; write step: backtracking");
  }
  return *norm * *norm;
}

/// The measurement as an object: one image per unknown, or several of the same one.
at::Tensor measured_object(const at::Tensor& target, const Shape& shape,
                           const std::string& solver) {
  const at::Tensor image = shape[1] == 1 && target.size(1) > 1 ? target.mean(1, true) : target;
  if (shape.size() == 4 && image.size(1) == shape[1] && image.size(2) <= shape[2] &&
      image.size(3) <= shape[3]) {
    return pad_centred(image, shape[2], shape[3]);
  }
  throw UsageError(
      solver +
      ", start measurement: this model's object is not laid out like its images; write "
      "start: zero");
}

}  // namespace

const LinearOperator& linear_model(const Problem& problem, const std::string& solver) {
  return require_capability<LinearOperator>(*problem.model, solver,
                                            "a linear model with an adjoint");
}

double curvature_bound(const LinearOperator& model, const DataTerm& data,
                       const std::string& solver) {
  return squared_norm_bound(model, solver) * data.weight.max().item<double>();
}

at::Tensor curvature_per_item(const LinearOperator& model, const DataTerm& data,
                              const std::string& solver) {
  const at::Tensor weight = data.weight.amax({1, 2, 3}, true);
  const auto* bank = dynamic_cast<const TransferFunctions*>(&model);
  if (bank == nullptr) return weight * squared_norm_bound(model, solver);
  const at::Tensor h = bank->transfer();
  return weight * at::real(h * h.conj()).sum({1, 2}).amax();
}

at::Tensor start_object(const Problem& problem, const DataTerm& data, Start start,
                        const std::string& solver) {
  Shape shape = problem.model->domain();
  const Shape range = problem.model->range();
  // A model of one channel serves the channels of the data.
  if (range[0] == 1 && shape[0] == 1) shape[0] = data.target.size(1);
  shape.insert(shape.begin(), data.target.size(0));
  const at::Tensor zero = at::zeros(shape, data.target.options());
  if (start == Start::kZero) return zero;
  if (start == Start::kMeasurement) return measured_object(data.target, shape, solver);
  const auto& model = require_capability<TransferFunctions>(
      *problem.model, solver + ", start psf_midrange", "a PSF");
  const at::Tensor window = at::full({shape[0], shape[1], data.target.size(2), data.target.size(3)},
                                     psf_midrange(model), data.target.options());
  return zero.size(-1) == window.size(-1) && zero.size(-2) == window.size(-2)
             ? window
             : pad_centred(window, zero.size(-2), zero.size(-1));
}

at::Tensor sensor_window(const Problem& problem, const at::Tensor& object) {
  const auto* model = dynamic_cast<const TransferFunctions*>(problem.model.get());
  return model == nullptr ? object : crop_centred(object, model->sensor_y(), model->sensor_x());
}

std::vector<double> distances(const at::Tensor& a, const at::Tensor& b) {
  std::vector<double> result = squared_norm_per_item((a - b).detach());
  for (double& value : result) value = std::sqrt(value);
  return result;
}

at::Tensor output_data_term(const Problem& problem, const DataTerm& data,
                            const at::Tensor& estimate) {
  const Shape domain = problem.model->domain();
  return data.value(
      problem.model->forward(pad_centred(estimate, domain[domain.size() - 2], domain.back())));
}

ProximalPart::ProximalPart(const Problem& problem, const std::string& solver) {
  for (const auto& prior : problem.priors) {
    auto ridge = std::dynamic_pointer_cast<const Quadratic>(prior);
    if (std::dynamic_pointer_cast<const NonNegative>(prior)) {
      non_negative_ = true;
    } else if (ridge && !ridge_) {
      ridge_ = std::move(ridge);
    } else if (prior_ || ridge) {
      throw UsageError(solver + " takes one prior besides quadratic and non_negative, got " +
                       (prior_ ? prior_ : ridge_)->name() + " and " + prior->name());
    } else if (!prior->has_prox()) {
      throw UsageError(solver + " needs a prior with a prox, which " + prior->name() + " has not");
    } else {
      prior_ = prior;
    }
  }
  variation_ = std::dynamic_pointer_cast<const TotalVariation>(prior_);
  if (non_negative_ && prior_ && !variation_) {
    throw UsageError(solver + " cannot combine " + prior_->name() +
                     " with non_negative; only total_variation has a joint prox");
  }
  if (ridge_ && has_units()) {
    throw UsageError(solver + " cannot combine " + prior_->name() +
                     " in units of its own with quadratic; leave one of them out");
  }
}

bool ProximalPart::has_units() const {
  const auto* units = dynamic_cast<const ChannelUnits*>(prior_.get());
  return units != nullptr && !units->channel_units().empty();
}

at::Tensor ProximalPart::prox_without_ridge(const at::Tensor& v, double step) const {
  if (variation_ && non_negative_) return variation_->prox_non_negative(v, step);
  if (prior_) return prior_->prox(v, step);
  return non_negative_ ? v.clamp_min(0) : v;
}

at::Tensor ProximalPart::prox(const at::Tensor& v, double step) const {
  if (!ridge_) return prox_without_ridge(v, step);
  return prox_without_ridge(ridge_->prox(v, step), step / (1.0 + step * ridge_->params().weight));
}

at::Tensor ProximalPart::prox(const at::Tensor& v, const std::vector<double>& steps) const {
  if (!depends_on_step() ||
      std::adjacent_find(steps.begin(), steps.end(), std::not_equal_to<>()) == steps.end()) {
    return prox(v, steps.front());
  }
  std::vector<at::Tensor> items;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    items.push_back(prox(v.narrow(0, static_cast<std::int64_t>(i), 1), steps[i]));
  }
  return at::cat(items, 0);
}

at::Tensor ProximalPart::value(const at::Tensor& v) const {
  at::Tensor sum = at::zeros({v.size(0)}, v.options().dtype(at::kDouble));
  if (ridge_) sum = sum + ridge_->value(v);
  return prior_ && prior_->has_value() ? sum + prior_->value(v) : sum;
}

}  // namespace parfocal::solvers
