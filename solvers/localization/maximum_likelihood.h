// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/operators/emitter_block.h"

namespace parfocal::solvers {

/// How the fit of one emitter ended.
enum class FitState : std::uint8_t {
  kConverged,       ///< Every step is a small part of its standard deviation.
  kAtBound,         ///< The same, with a parameter held at a limit of the model.
  kIterationLimit,  ///< Still moving after the last iteration.
  kStalled,         ///< No step lowers the deviance, however short.
  kSingular,        ///< The counts do not determine the parameters.
  kUnusable,        ///< A count of the window is saturated, dead or not finite.
};
inline constexpr int kFitStates = 6;
/// "converged", "at_bound", "iteration_limit", "stalled", "singular", "unusable".
[[nodiscard]] std::string_view name_of(FitState state);
/// Whether the numbers of such a fit stand for an emitter.
[[nodiscard]] constexpr bool is_found(FitState state) {
  return state == FitState::kConverged || state == FitState::kAtBound;
}

struct FitOptions {
  std::int64_t iterations = 50;
  /// A fit has converged when every step is shorter than this part of its standard deviation.
  double tolerance = 1e-3;
};

/// Windows cut around emitters: counts[fit][y][x] in electrons; `variance` of the read noise alike,
/// or empty.
struct FitWindows {
  std::vector<double> counts, variance;
};

/// One entry (or row) per fit, in the order of the windows.
struct Fits {
  std::int64_t n_parameters = 0;
  std::vector<double> theta;      ///< [fit][parameter]
  std::vector<double> deviation;  ///< [fit][parameter], square root of the Cramer-Rao bound there.
  std::vector<double> deviance;
  std::vector<std::int32_t> iterations;
  std::vector<FitState> state;

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(state.size()); }
  void resize(std::int64_t fits, std::int64_t parameters);
};

/// Maximum-likelihood fit of one emitter to each window, Fisher scoring with damping (Levenberg,
/// Marquardt):
///
///   (F + lambda diag F) step = score,  F = sum over pixels of dmu_a dmu_b / (mu + v)
///
/// with the weights that are expected, not those of the counts, so that empty pixels take part. A
/// step must lower the deviance; else sums and parameters stay, and lambda grows. A parameter that
/// its limit holds back is taken out of the step. Counts d with read variance v are Poisson counts
/// d + v of mean mu + v. Where the block knows several starts, the fit that found something with the
/// least deviance stays.
///
/// F. Huang et al., Nature Methods 10, 653 (2013): the shifted counts; C. S. Smith et al., Nature
/// Methods 7, 373 (2010): maximum likelihood of a Gaussian over pixels.
///
/// Layout:     fits [first, end) of `windows` go to the same places of `fits`, which has its size.
/// Units:      electrons and pixels, as the block says.
/// Invariants: a fit does not depend on its neighbours, so neither on [first, end).
/// Errors:     LogicError where the windows have not the size of the block.
/// Tested by:  tests/solvers/localization_test.cpp (10,000 fits against the bound).
void fit_emitters(const EmitterBlock& block, const FitWindows& windows, const FitOptions& options,
                  std::int64_t first, std::int64_t end, Fits& fits);

/// All of them.
[[nodiscard]] Fits fit_emitters(const EmitterBlock& block, const FitWindows& windows,
                                const FitOptions& options = {});

}  // namespace parfocal::solvers
