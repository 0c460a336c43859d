// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "solvers/stage.h"

namespace parfocal::learned {

/// Which random numbers, and how many times.
struct PerturbedDraws {
  std::int64_t draws = 100;
  std::uint64_t seed = 0;
  std::uint64_t sample = 0;  ///< Draw k of a sample is the same, whatever is drawn besides.
};

/// Standard deviation of a reconstruction whose stages run again on perturbed images.
///
///   variance = sum_k (x_k - mean x)^2 / (draws - 1),   x_k = later stages( draw k of the first )
///   n'_k = photons of counts drawn around A x(y), minus A x(y)
///
/// A first stage with `PosteriorDraws` draws objects too: x(y + n' - A p') + p'. Any other sees
/// y + n', and the result is the spread by the noise alone: what no noise can reveal, as what the
/// optics do not transmit, is missing.
///
/// G. Papandreou, A. Yuille, Advances in Neural Information Processing Systems 23, 1858 (2010).
/// Convention: exact for a first stage alone whose Gaussian model holds; behind it the later stages
///             see the objects that the model leaves possible. z-scores by it have a variance too
///             large by 2 / draws.
/// Layout:     image [1, condition, n_y, n_x], object values; the result alike, float64.
/// Errors:     UsageError for a mosaic, a model of volumes, no stages or fewer than 2 draws.
/// Tested by:  tests/learned/uncertainty/perturbed_test.cpp (posterior in closed form).
[[nodiscard]] at::Tensor perturbed_deviation(
    const std::vector<std::shared_ptr<const Stage>>& stages, const StageScene& scene,
    const at::Tensor& image, const PerturbedDraws& options);

/// Whether the first stage draws objects, so that the deviation is not by the noise alone.
[[nodiscard]] bool draws_objects(const std::vector<std::shared_ptr<const Stage>>& stages);

}  // namespace parfocal::learned
