// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/equivariant_imaging.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/roll.h>

#include <algorithm>

#include "core/error.h"
#include "learned/losses/trial_images.h"

namespace parfocal::learned {
namespace {

constexpr const char* kName = "equivariant_imaging";

std::int64_t whole(double uniform, std::int64_t n) {
  return std::min(n - 1, static_cast<std::int64_t>(uniform * static_cast<double>(n)));
}

at::Tensor noisy(const Trial& trial, const at::Tensor& image) {
  const ImageNoise noise = noise_of(trial, kName);
  const at::Tensor variance = noise.gain * image.clamp_min(0.0) + noise.variance;
  return image +
         normal_draws(trial, "loss.equivariant_imaging.noise") * variance.clamp_min(1e-20).sqrt();
}

}  // namespace

void EquivariantImaging::describe(Schema<Params>& s) {
  s.summary("A moved object, imaged anew, must be reconstructed as the moved estimate.");
  s.equation("x = S(y),  value = mean (T x - S(A T x + n))^2,  T random in the group");
  s.citation("D. Chen, J. Tachella, M. Davies, Equivariant imaging, Proc. ICCV (2021)");
  s.citation("D. Chen, J. Tachella, M. Davies, Robust equivariant imaging, Proc. CVPR (2022)");
  s.convention("An addition to sure or measurement_consistency in a weighted_sum, weight 1.");
  s.gradient("exact");
  s.choice("group", &Params::group,
           {{"shifts", Group::kShifts}, {"flips", Group::kFlips}, {"square", Group::kSquare}})
      .doc("T: cyclic shifts, mirrors along y and x, or the 8 symmetries of the square.");
  s.key("noise", &Params::noise).doc("Whether the second image has the noise of the detector.");
}

at::Tensor EquivariantImaging::move(const at::Tensor& item, RandomStream& random) const {
  const at::Tensor draws = random.uniform({3});
  const double* u = draws.const_data_ptr<double>();
  if (params_.group == Group::kShifts) {
    return at::roll(item, {whole(u[0], item.size(-2)), whole(u[1], item.size(-1))}, {-2, -1});
  }
  at::Tensor turned = u[0] < 0.5 ? item.flip({-2}) : item;
  if (u[1] < 0.5) turned = turned.flip({-1});
  if (params_.group == Group::kFlips || u[2] < 0.5) return turned;
  return turned.transpose(-2, -1);
}

at::Tensor EquivariantImaging::moved(const Trial& trial, const at::Tensor& x) const {
  if (params_.group == Group::kSquare && x.size(-2) != x.size(-1)) {
    throw UsageError(
        "equivariant_imaging: group = square turns images by 90 degrees, which must be square; "
        "take flips or shifts");
  }
  return draw_each(trial, "loss.equivariant_imaging", [&](std::int64_t item, RandomStream& random) {
    return move(x.narrow(0, item, 1), random);
  });
}

at::Tensor EquivariantImaging::value(const Trial& trial) const {
  require_measurement(trial, kName);
  const at::Tensor x = moved(trial, trial.estimate);
  const at::Tensor image = predicted_image(trial, x, kName);
  const at::Tensor again = trial.reconstruct(params_.noise ? noisy(trial, image) : image);
  return (x - again).square().mean();
}

}  // namespace parfocal::learned
