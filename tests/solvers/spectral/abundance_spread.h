// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "solvers/spectral/abundances.h"

namespace parfocal::test {

/// How abundances of repeated measurements lie around the true ones, against the bound.
struct AbundanceSpread {
  std::vector<double> ratio;  ///< Mean squared error over the bound, per species.
  std::vector<double> bias;   ///< Mean error over its standard error.
  double at_border = 0.0;     ///< Share of the values that are 0.

  [[nodiscard]] double least() const;
  [[nodiscard]] double largest() const;
};

/// Draws of Poisson counts of mean `light` S c + background, with S of `Mixture` and shares c of sum
/// 1, unmixed with the weights of the true mean. The bound is that at the true mean.
[[nodiscard]] AbundanceSpread abundance_spread(solvers::Unmixing method, double light,
                                               const std::vector<double>& shares, double background,
                                               std::int64_t draws);

}  // namespace parfocal::test
