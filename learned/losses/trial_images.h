// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <string_view>

#include "core/tensor/random.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// UsageError in the name of `loss` unless the trial has an estimate.
void require_estimate(const Trial& trial, const std::string& loss);
/// The same unless it has a measured image and can reconstruct another one.
void require_measurement(const Trial& trial, const std::string& loss);

/// The image that the model expects of estimates, A x, in object values: of condition k for the
/// estimate of condition k.
///
/// Layout:     [batch, condition, n_y, n_x] for both.
/// Errors:     UsageError naming `loss` for a model of volumes.
/// Tested by:  tests/learned/losses/trial_images_test.cpp.
[[nodiscard]] at::Tensor predicted_image(const Trial& trial, const at::Tensor& estimate,
                                         const std::string& loss);

/// Noise whose variance grows linearly with the light: var(y | u) = gain u + variance, where y and u
/// are image values.
///
/// Layout:     both [1, 1 or condition, n_y, n_x], a number for each pixel of the sensor.
/// Tested by:  tests/learned/losses/trial_images_test.cpp.
struct ImageNoise {
  at::Tensor gain, variance;
};
/// From the Fisher weight of the detector, that of a trial of this many photons. UsageError naming
/// `loss` for a detector that does not follow the law to 1e-3, or has dead pixels.
[[nodiscard]] ImageNoise noise_of(const Trial& trial, const std::string& loss);

/// One stream per item of the batch: the draws of a sample do not depend on the batch it is in.
/// `draw` makes [1, ...] from the stream of one item.
[[nodiscard]] at::Tensor draw_each(
    const Trial& trial, std::string_view purpose,
    const std::function<at::Tensor(std::int64_t item, RandomStream&)>& draw);
/// Standard normal numbers of the shape, dtype and device of the image.
[[nodiscard]] at::Tensor normal_draws(const Trial& trial, std::string_view purpose);
/// Numbers in (0, 1) alike.
[[nodiscard]] at::Tensor uniform_draws(const Trial& trial, std::string_view purpose);

}  // namespace parfocal::learned
