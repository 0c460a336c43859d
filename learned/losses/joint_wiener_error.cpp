// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/joint_wiener_error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/real.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "solvers/linear/transfer_bank.h"
#include "solvers/linear/wiener_filter.h"

namespace parfocal::learned {
namespace {

constexpr const char* kName = "joint_wiener_error";

using Unknowns = std::vector<std::pair<std::string, ObjectSpectrum>>;

/// The spectra in the order of the model's unknowns.
std::vector<ObjectSpectrum> spectra_of(const Unknowns& given, const Operator& model,
                                       std::int64_t count) {
  std::vector<ObjectSpectrum> spectra;
  const auto* named = dynamic_cast<const NamedUnknowns*>(&model);
  if (static_cast<std::int64_t>(given.size()) != count) {
    throw UsageError(
        fmt::format("{}.unknowns: {} given, but the model has {}", kName, given.size(), count));
  }
  for (std::int64_t k = 0; k < count; ++k) {
    const auto place = static_cast<std::size_t>(k);
    const std::string name = named != nullptr ? named->unknowns()[place].name : given[place].first;
    const auto found =
        std::find_if(given.begin(), given.end(), [&](const auto& u) { return u.first == name; });
    if (found == given.end()) {
      throw UsageError(
          fmt::format("{}.unknowns: says nothing of {}, an unknown of the model", kName, name));
    }
    spectra.push_back(found->second);
  }
  return spectra;
}

const TransferFunctions& bank_of(const Operator& model) {
  const auto& bank = require_capability<TransferFunctions>(model, kName, "transfer functions");
  const bool own_grid = bank.padded_y() == bank.sensor_y() && bank.padded_x() == bank.sensor_x();
  if (own_grid && bank.transfer().size(0) == 1) return bank;
  throw UsageError(std::string(kName) +
                   " needs a model on the grid of the sensor, without colors or padding");
}

/// s_j^2, [J].
at::Tensor noise_of_images(const Trial& trial, double mean, std::int64_t images) {
  const Shape range = trial.model.range();
  const at::Tensor like = at::empty(range, at::TensorOptions().dtype(trial.model.dtype()));
  const auto* relative = dynamic_cast<const RelativeImages*>(&trial.model);
  if (relative == nullptr) {
    return solvers::noise_variance(trial.detector, like, mean, trial.photons).expand({images});
  }
  const at::Tensor level = relative->light_shares() * trial.photons;
  const at::Tensor expected =
      level.to(like.scalar_type()).view({1, images, 1, 1}).expand({1, images, range[1], range[2]});
  const at::Tensor variance =
      trial.detector.fisher_weight(expected).reciprocal().mean({0, 2, 3}).to(level.scalar_type());
  return variance / level.square();
}

}  // namespace

void JointWienerError::describe(Schema<Params>& s) {
  s.summary("Error of the best linear estimate of several unknowns from all images together.");
  s.equation(
      "E(f) = ( diag(1 / S_k) + sum_j conj(H_jk) H_jl / s_j^2 )^-1,  value = 10 log10 mean_k "
      "(mean_f E_kk / variance_k),  score = -value");
  s.citation(
      "N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time Series, 1949");
  s.citation(
      "S. M. Kay, Fundamentals of Statistical Signal Processing, vol. I, 1993, section 12.5");
  s.convention(
      "Score in dB below the variance of the unknowns; s_j^2 is the detector's variance at the "
      "level of image j, at equal light of all exposures together.");
  s.gradient("exact");
  s.blocks("unknowns", &Params::unknowns)
      .doc("Second-order statistics of each unknown, by its name (absorption, phase).");
  s.check(
      [](const Params& p) { return p.unknowns.empty() ? "unknowns: expected one or more" : ""; });
}

at::Tensor JointWienerError::relative_errors(const Trial& trial) const {
  const at::Tensor transfer = bank_of(trial.model).transfer().to(at::kComplexDouble);
  const std::int64_t images = transfer.size(1), unknowns = transfer.size(2);
  const std::vector<ObjectSpectrum> spectra = spectra_of(params_.unknowns, trial.model, unknowns);
  const at::Tensor noise = noise_of_images(trial, spectra.front().mean, images);
  const at::Tensor whitened =
      transfer * noise.to(transfer.device(), at::kDouble).rsqrt().view({-1, 1, 1, 1});
  const solvers::BankNormal normal(whitened);
  const Shape range = trial.model.range();
  std::vector<at::Tensor> precision;
  for (const ObjectSpectrum& spectrum : spectra) {
    precision.push_back(spectrum.power(range[1], range[2]).reciprocal().to(transfer.device()));
  }
  std::vector<at::Tensor> errors;
  for (std::int64_t k = 0; k < unknowns; ++k) {
    at::Tensor unit = at::zeros({1, unknowns, transfer.size(3), transfer.size(4)},
                                transfer.options().requires_grad(false));
    unit.select(1, k).fill_(1.0);
    const at::Tensor covariance = at::real(normal.solve(precision, unit).select(1, k));
    errors.push_back(plane_mean(covariance[0], range[2]) /
                     spectra[static_cast<std::size_t>(k)].variance);
  }
  return at::stack(errors);
}

at::Tensor JointWienerError::value(const Trial& trial) const {
  return relative_errors(trial).mean().log10() * 10.0;
}

at::Tensor JointWienerError::condition_scores(const Trial& trial) const {
  return relative_errors(trial).log10() * -10.0;
}

}  // namespace parfocal::learned
