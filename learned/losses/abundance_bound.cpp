// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/abundance_bound.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/diagonal.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_inv.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <string>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "core/operators/linear_mixing.h"

namespace parfocal::learned {
namespace {

/// tr( (G^T W G)^-1 ), scaled so that a ridge has a meaning.
at::Tensor trace_of_inverse(const at::Tensor& g, const at::Tensor& weight, double ridge) {
  const at::Tensor fisher = at::matmul((g * weight.unsqueeze(1)).t(), g);
  const at::Tensor level = at::diagonal(fisher).mean();
  const at::Tensor lifted = fisher / level + at::eye(g.size(1), g.options()) * ridge;
  return at::diagonal(at::linalg_inv(lifted)).sum() / level;
}

}  // namespace

void AbundanceBound::describe(Schema<Params>& s) {
  s.summary(
      "Least variances of abundances over those of a detector that tells all channels apart.");
  s.equation(
      "J = tr( (G^T W G)^-1 ),  G = photons M,  W = w(G c),  value = ln(J / J_full),  score = J / "
      "J_full");
  s.citation("S. M. Kay, Estimation Theory, 1993, eq. 3.21");
  s.convention("1 is the shot limit of the same light.");
  s.gradient("exact");
  s.key("shares", &Params::shares)
      .above(0.0)
      .doc("c, the light of each species, scaled to sum 1; absent: equal.");
}

at::Tensor AbundanceBound::value(const Trial& trial) const {
  const auto& mixing = require_capability<LinearMixing>(trial.model, "abundance_bound",
                                                        "a linear mixture of known spectra");
  const at::Tensor m = mixing.mixing().to(at::kDouble);
  const std::int64_t species = m.size(1);
  if (!params_.shares.empty() && static_cast<std::int64_t>(params_.shares.size()) != species) {
    throw UsageError("abundance_bound.shares: " + std::to_string(params_.shares.size()) +
                     " numbers, but the model mixes " + std::to_string(species) + " species");
  }
  at::Tensor c = params_.shares.empty() ? at::full({species}, 1.0, at::kDouble)
                                        : at::tensor(params_.shares, at::kDouble);
  c = (c / c.sum()).to(m.device());
  const at::Tensor g = m * trial.photons;
  const at::Tensor mean = at::matmul(g, c);
  const at::Tensor weight = trial.detector.fisher_weight(mean.clamp_min(1e-12).view({1, -1, 1, 1}))
                                .to(at::kDouble)
                                .reshape({-1});
  const at::Tensor full = mixing.full_mixing().to(m.device(), at::kDouble) * trial.photons;
  const at::Tensor shot = at::matmul(full, c).clamp_min(1e-12).reciprocal();
  return (trace_of_inverse(g, weight, 1e-9) / trace_of_inverse(full, shot, 0.0)).log();
}

double AbundanceBound::score(double value) const { return std::exp(value); }

}  // namespace parfocal::learned
