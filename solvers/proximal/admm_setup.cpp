// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/admm_setup.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "core/tensor/fft.h"
#include "solvers/priors/non_negative.h"

namespace parfocal::solvers {
namespace {

void split_priors(const Problem& problem, AdmmSetup& setup) {
  for (const auto& prior : problem.priors) {
    if (std::dynamic_pointer_cast<const NonNegative>(prior)) {
      setup.non_negative = true;
    } else if (auto ridge = std::dynamic_pointer_cast<const Quadratic>(prior)) {
      if (setup.ridge) throw UsageError("admm takes one quadratic prior, not two");
      setup.ridge = std::move(ridge);
    } else if (auto variation = std::dynamic_pointer_cast<const TotalVariation>(prior)) {
      if (setup.variation) throw UsageError("admm takes one total_variation prior, not two");
      setup.variation = std::move(variation);
    } else {
      throw UsageError(
          "admm cannot split the prior " + prior->name() +
          "; it takes total_variation, quadratic and non_negative, fista takes any prox");
    }
  }
  if (!setup.variation && !setup.non_negative) {
    throw UsageError(
        "admm needs a prior to split, total_variation or non_negative; without a prior "
        "use tikhonov");
  }
}

}  // namespace

at::Tensor AdmmSetup::crop(const at::Tensor& padded) const {
  return crop_centred(padded, sensor_y, sensor_x);
}

at::Tensor AdmmSetup::pad(const at::Tensor& sensor) const {
  return pad_centred(sensor, padded_y, padded_x);
}

at::Tensor AdmmSetup::zeros(std::int64_t count) const {
  return at::zeros({batch, count, padded_y, padded_x}, data.target.options());
}

AdmmSetup admm_setup(const Problem& problem) {
  const auto& model = require_capability<TransferFunctions>(*problem.model, "admm",
                                                            "transfer functions on a padded grid");
  AdmmSetup setup;
  setup.transfer = model.transfer();
  setup.padded_y = model.padded_y();
  setup.padded_x = model.padded_x();
  setup.sensor_y = model.sensor_y();
  setup.sensor_x = model.sensor_x();
  const Shape domain = problem.model->domain();
  if (domain.back() != setup.padded_x || domain[domain.size() - 2] != setup.padded_y) {
    throw UsageError("admm needs the unknown on the padded grid; write scene: padded in the model");
  }
  setup.data = data_term_of(problem, setup.transfer.device());
  setup.batch = setup.data.target.size(0);
  setup.images = setup.data.target.size(1);
  setup.channels = setup.images / setup.transfer.size(1) * setup.transfer.size(2);
  if (setup.data.target.size(2) != setup.sensor_y || setup.data.target.size(3) != setup.sensor_x) {
    throw DataError("the measurement has " + std::to_string(setup.data.target.size(2)) + " x " +
                    std::to_string(setup.data.target.size(3)) + " pixels, the model " +
                    std::to_string(setup.sensor_y) + " x " + std::to_string(setup.sensor_x));
  }
  split_priors(problem, setup);
  return setup;
}

at::Tensor AdmmState::objective(const at::Tensor& data) const {
  at::Tensor sum = data;
  if (setup.variation) sum = sum + variation();
  return setup.ridge ? sum + setup.ridge->value(object()) : sum;
}

std::vector<double> relative_change_of(const std::vector<double>& change,
                                       const std::vector<double>& norm) {
  std::vector<double> relative(change.size(), 0.0);
  for (std::size_t i = 0; i < change.size(); ++i) {
    if (change[i] != 0.0) relative[i] = std::sqrt(change[i] / norm[i]);
  }
  return relative;
}

}  // namespace parfocal::solvers
