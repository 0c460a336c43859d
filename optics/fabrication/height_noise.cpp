// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/height_noise.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>

#include <cmath>

#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {

void HeightNoise::describe(Schema<Params>& s) {
  s.summary("An independent error of the height of every pixel, drawn anew each time.");
  s.equation("perturb: h' = h + amplitude e,  e ~ U(-1, 1) or N(0, 1)");
  s.citation("V. Sitzmann et al., ACM Trans. Graph. 37, 114, 2018");
  s.convention("A tolerance is measured at the workshop; it is given, not trained.");
  s.gradient("exact");
  s.key("amplitude", &Params::amplitude)
      .required()
      .at_least(Length::from_m(0.0))
      .doc("Half width of the uniform errors, standard deviation of the normal ones.");
  s.choice("distribution", &Params::distribution,
           {{"uniform", Distribution::kUniform}, {"normal", Distribution::kNormal}})
      .doc("Of the errors.");
}

HeightNoise::HeightNoise(const Params& params, const BuildContext&)
    : amplitude_m_(params.amplitude.m()), distribution_(params.distribution) {}

at::Tensor HeightNoise::perturb(const at::Tensor& height, const Grid& grid,
                                RandomStream& random) const {
  check_heights("height_noise", height, grid);
  const auto shape = height.sizes();
  const at::Tensor error =
      distribution_ == Distribution::kNormal
          ? random.normal(shape, height.scalar_type(), height.device())
          : random.uniform(shape, height.scalar_type(), height.device()) * 2.0 - 1.0;
  return height + error * amplitude_m_;
}

std::optional<Moments> HeightNoise::moments(const at::Tensor& height, const Grid&) const {
  const bool normal = distribution_ == Distribution::kNormal;
  return Moments{height,
                 at::full_like(height, normal ? amplitude_m_ : amplitude_m_ / std::sqrt(3.0))};
}

}  // namespace parfocal::optics
