// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "core/tensor/random.h"
#include "solvers/stage.h"

namespace parfocal {

/// Capability of a stage: it is the best estimate under a Gaussian model of objects and noise, and
/// draws objects that the image leaves possible.
///
///   x' = x(y + n' - A p') + p',   p' of the spectrum of objects, n' fresh noise
///
/// G. Papandreou, A. Yuille, Advances in Neural Information Processing Systems 23, 1858 (2010).
/// Invariants: for objects and noise of the model x' - x(y) has the law of object - x(y): its
///             variance is the mean square error of the estimate.
/// Tested by:  tests/learned/uncertainty/perturbed_test.cpp.
class PosteriorDraws {
 public:
  virtual ~PosteriorDraws() = default;
  /// `image` and `noise` n' as of `Stage`, [batch, condition, n_y, n_x]; one draw from `random`.
  [[nodiscard]] virtual at::Tensor draw(const at::Tensor& image, const at::Tensor& noise,
                                        const StageScene& scene, RandomStream& random) const = 0;
};

}  // namespace parfocal
