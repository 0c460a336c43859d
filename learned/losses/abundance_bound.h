// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// The least variances with which abundances can be known from the images of a linear mixture, over
/// those of a detector that tells all channels apart: 1 is the shot limit.
///
///   J = tr( (G^T W G)^-1 ),   G = photons M,   W = w(G c);   value = ln(J / J_full)
///
/// w is the Fisher weight of the detector, c the shares of the species; J_full is that of
/// `LinearMixing::full_mixing` with the noise of photons alone.
///
/// S. M. Kay, Fundamentals of Statistical Signal Processing: Estimation Theory (1993), eq. 3.21.
/// Convention: the score is J / J_full: bad designs are thousands of times worse than good ones, and
///             steps that remember their slopes would stand still.
///             Photons are those of an all-open detector at one point. A ridge of 1e-9 of the mean
///             information of G keeps the value finite where images do not tell species apart.
/// Invariants: exact gradients for every leaf of the model.
/// Errors:     UsageError for a model that is no linear mixture, or other shares than species.
/// Tested by:  tests/learned/losses/abundance_bound_test.cpp, conformance.
class AbundanceBound final : public Loss {
 public:
  struct Params {
    std::vector<double> shares;
  };
  static void describe(Schema<Params>& s);

  explicit AbundanceBound(const Params& params) : params_(params) {}
  AbundanceBound(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return false; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] double score(double value) const override;

 private:
  Params params_;
};

}  // namespace parfocal::learned
