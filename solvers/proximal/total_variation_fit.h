// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "solvers/solver.h"

namespace parfocal::solvers {

/// An object that explains a measurement, and how the total variation was weighed in it.
struct TotalVariationFit {
  at::Tensor estimate;          ///< [batch, channel, n_y, n_x] on the sensor window.
  std::vector<double> weights;  ///< Of `total_variation`, per item.
  std::vector<double> misfits;  ///< |A x - b|^2_W / N per item; 1: as far off as the noise.
};

/// The classical answer without a number to choose: total variation as strong as the noise asks.
///
///   x = argmin 1/2 |A x - b|^2_W + weight TV(x),   weight such that |A x - b|^2_W = N
///
/// TV isotropic, N the number of pixels that count, W the inverse variance of the detector; fista
/// with its defaults in 100 iterations for each weight that is tried. Where even the least weight
/// leaves more than N, because the model does not know all, 1.1 times that rest takes its place.
///
/// V. A. Morozov, Soviet Math. Doklady 7, 414 (1966); for total variation Y.-W. Wen, R. H. Chan,
/// IEEE Trans. Image Process. 21, 1770 (2012).
/// Convention: priors of the problem that were learned are left out, the others stay.
/// Layout:     as of `Solver`; every item has a weight of its own.
/// Precision:  the misfit is met to 2 %.
/// Invariants: an item does not depend on the batch.
/// Errors:     UsageError for a model without adjoint or norm bound, for priors whose prox with
///             total variation is not known, or for a detector whose noise is all there is.
/// Tested by:  tests/solvers/total_variation_fit_test.cpp.
[[nodiscard]] TotalVariationFit fit_total_variation(const Problem& problem,
                                                    const std::function<bool()>& cancelled = {});

}  // namespace parfocal::solvers
