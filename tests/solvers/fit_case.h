// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/operators/emitter_block.h"
#include "solvers/localization/maximum_likelihood.h"

namespace parfocal::solvers {

/// Simulated windows of single emitters with what is true of them.
struct FitCase {
  std::int64_t n = 11;  ///< Side of the window.
  double photons = 1000, background = 10, sigma = 1.3;
  bool free_width = true;
  /// Median read variance of a pixel (e-^2); pixels differ by a factor of up to 30. 0: none.
  double read_variance = 0;
};

struct FitStatistics {
  double rmse_over_bound[5] = {}, bias_over_bound[5] = {};  ///< By parameter.
  std::int64_t lost = 0;                                    ///< Fits that found nothing.
  double deviance = 0;                                      ///< Mean, per degree of freedom.
};

/// Means and Poisson counts drawn from the model by erf() of the standard library, the middle of
/// the emitter evenly within half a pixel of that of the window.
struct SimulatedWindows {
  FitWindows windows;
  std::vector<double> x, y;
};
[[nodiscard]] SimulatedWindows simulate(const FitCase& which, std::int64_t count,
                                        std::uint64_t seed);

/// Fits of `count` such windows against the bound at the found values.
[[nodiscard]] FitStatistics fit_statistics(const FitCase& which, std::int64_t count,
                                           std::uint64_t seed);

}  // namespace parfocal::solvers
