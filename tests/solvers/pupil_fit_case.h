// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "forward_models/smlm/pupil_emitters.h"

namespace parfocal::solvers {

/// One point of a table of fits in three dimensions.
struct PupilFitPoint {
  double photons = 1000, background = 20;
  double read_variance =
      0;  ///< Median of the pixels (e-^2), some up to 30 times as noisy. 0: none.
};

struct PupilFitStatistics {
  double rmse_over_bound[5] = {}, bias_over_bound[5] = {};  ///< x, y, z, photons, background.
  std::int64_t lost = 0;                                    ///< Fits that found nothing.
  std::int64_t far = 0;     ///< Fits further than 10 bounds from the truth in x, y or z.
  std::int64_t missed = 0;  ///< Fits whose deviance is above that of the truth: no maximum.
  double iterations = 0;    ///< Mean.
};

/// Fits of `count` emitters against the bound at the truth: the middle evenly within half a pixel,
/// the depth evenly over the inner 90 % of the range; means of the exact model, Poisson counts (and
/// read noise of the pixels) drawn by the standard library. All points see the same emitters.
[[nodiscard]] std::vector<PupilFitStatistics> pupil_fit_statistics(
    const smlm::PupilEmitters& model, const std::vector<PupilFitPoint>& points, std::int64_t count,
    std::uint64_t seed);

}  // namespace parfocal::solvers
