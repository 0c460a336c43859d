// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "solvers/proximal/admm_kernels.h"
#include "solvers/spectral/whittaker_kernels.h"

namespace parfocal::solvers {

/// Penalty of the second divided differences, upper half of the band [channel].
struct RoughnessBand {
  std::vector<double> diagonal, above_1, above_2;

  /// `axis` ascending, or empty for channels at even distance. In units of the median distance, so
  /// that lambda means the same on an even axis; D2 = 2 [(y3-y2)/(x3-x2) - (y2-y1)/(x2-x1)]/(x3-x1).
  [[nodiscard]] static RoughnessBand of(std::int64_t n, std::span<const double> axis);
};

struct WhittakerOptions {
  WhittakerRule rule = WhittakerRule::kArpls;
  double smoothness = 1e5;  ///< lambda
  double asymmetry = 0.01;  ///< p of asls and psalsa
  double tolerance = 1e-3;
  std::int64_t max_solves = 51;
};

struct WhittakerOutcome {
  std::int64_t solves = 0;
  bool converged = false;
};

/// Baselines of many spectra by penalised least squares with weights that follow the residual:
///
///   (W + lambda P) z = W y,   w = rule(y - z),   P = D2^T D2,   w = 1 first
///
/// z is the last solve; the weights stop when |w_new - w| < tolerance |w| (airpls: when the sum of
/// the negative residuals is below tolerance times that of |y|), or when fewer than two residuals are
/// negative. asls: P. Eilers, H. Boelens (2005). arpls: S.-J. Baek et al., Analyst 140, 250 (2015),
/// eq. 9 and 10. airpls: Z. Zhang et al., Analyst 135, 1138 (2010), eq. 9 as its authors corrected
/// it. iarpls: J. Ye et al., Appl. Opt. 59, 10933 (2020). psalsa: S. Oller-Moreno et al. (2014).
///
/// Layout:     spectra, counting and baselines [spectrum][channel]; `counting` is empty or 1 where a
///             sample counts: others have weight 0 and are filled by the smoother.
/// Precision:  float64: the factorisation loses lambda^(1/2) digits.
/// Invariants: the baseline of a spectrum does not depend on which others stand beside it; a
///             spectrum with fewer than 3 counting samples has baseline 0 and no solves.
/// Tested by:  tests/solvers/spectral/baseline_test.cpp.
void whittaker_baselines(const WhittakerOptions& options, const RoughnessBand& band,
                         std::span<const double> spectra, std::span<const double> counting,
                         std::span<double> baselines, std::span<WhittakerOutcome> outcomes,
                         SimdLevel level = best_simd_level());

}  // namespace parfocal::solvers
