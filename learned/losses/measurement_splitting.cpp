// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/measurement_splitting.h"

#include <ATen/TensorOperators.h>

#include <string>

#include "core/error.h"
#include "learned/losses/trial_images.h"

namespace parfocal::learned {

void MeasurementSplitting::describe(Schema<Params>& s) {
  s.summary("Some pixels are hidden from the decoder, which then predicts them.");
  s.equation("value = sum (1 - M) (A S(M y) - y)^2 / sum (1 - M),  M = 1 with probability keep");
  s.citation("B. Yaman et al., Magn. Reson. Med. 84, 3172 (2020)");
  s.citation("A. Krull, T.-O. Buchholz, F. Jug, Noise2Void, Proc. CVPR (2019)");
  s.convention("Hidden pixels reach the decoder as 0.");
  s.gradient("exact");
  s.key("keep", &Params::keep).above(0.0).below(1.0).doc("Share of the pixels that are seen.");
  s.key("masks", &Params::masks).at_least(1).at_most(1000).doc("Random masks that are averaged.");
}

at::Tensor MeasurementSplitting::value(const Trial& trial) const {
  constexpr const char* kName = "measurement_splitting";
  require_measurement(trial, kName);
  at::Tensor sum;
  for (std::int64_t k = 0; k < params_.masks; ++k) {
    const at::Tensor seen =
        (uniform_draws(trial, "loss.measurement_splitting" + std::to_string(k)) < params_.keep)
            .to(trial.image.scalar_type());
    const at::Tensor hidden = 1.0 - seen;
    if (!hidden.any().item<bool>()) {
      throw NumericError("measurement_splitting: the mask hides no pixel; lower keep");
    }
    const at::Tensor predicted =
        predicted_image(trial, trial.reconstruct(trial.image * seen), kName);
    const at::Tensor error = ((predicted - trial.image).square() * hidden).sum() / hidden.sum();
    sum = sum.defined() ? sum + error : error;
  }
  return sum / static_cast<double>(params_.masks);
}

}  // namespace parfocal::learned
