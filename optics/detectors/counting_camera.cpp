// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/counting_camera.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/minimum.h>
#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/straight_through.h"
#include "optics/detectors/pixel_sums.h"
#include "optics/detectors/poisson_draw.h"

namespace parfocal::optics {
namespace {
constexpr double kRoundingVariance = 1.0 / 12.0;
constexpr double kDeviations = 4.0;  // Of noise between what is seen and what is saturated.
}  // namespace

void Binning::describe(Schema<Binning>& s) {
  s.summary("Neighbouring pixels that give one count.");
  s.key("pixels", &Binning::pixels)
      .at_least(1)
      .at_most(64)
      .doc("Pixels of the sensor along each axis that give one count.");
  s.choice("by", &Binning::by, {{"charge", By::kCharge}, {"mean", By::kMean}})
      .doc("charge: the electrons are added before the read; mean: the counts are averaged after.");
}

CountingCamera::CountingCamera(const BuildContext& context, const Limits& limits)
    : path_(context.path),
      top_code_(std::exp2(static_cast<double>(limits.bits)) - 1.0),
      averaged_(limits.binning.by == Binning::By::kMean ? limits.binning.pixels : 1),
      charges_(limits.binning.by == Binning::By::kCharge
                   ? static_cast<double>(limits.binning.pixels * limits.binning.pixels)
                   : 1.0) {
  if (limits.full_well) full_well_ = limits.full_well->electrons() * charges_;
}

Readout CountingCamera::placed_readout(const at::Tensor& like) const {
  Readout r = readout();
  const std::int64_t n_y = like.size(-2) * averaged_, n_x = like.size(-1) * averaged_;
  for (at::Tensor* value :
       {&r.efficiency, &r.dark, &r.gain, &r.offset, &r.read_noise, &r.read_variance}) {
    if (value->dim() == 0) continue;
    if (value->size(-2) != n_y || value->size(-1) != n_x) {
      throw SamplingError(
          fmt::format("{}: maps of {} x {} pixels, but the sensor that is read has {} x {}; crop "
                      "both alike",
                      path_, value->size(-2), value->size(-1), n_y, n_x));
    }
    *value = value->to(like.device(), like.scalar_type());
  }
  r.dark = r.dark * charges_;
  return r;
}

at::Tensor CountingCamera::spread(const at::Tensor& values) const {
  if (averaged_ == 1) return values;
  return values.repeat_interleave(averaged_, -2).repeat_interleave(averaged_, -1) /
         static_cast<double>(averaged_ * averaged_);
}

at::Tensor CountingCamera::averaged(const at::Tensor& values) const {
  if (averaged_ == 1 || values.dim() == 0) return values;
  return in_blocks(values).mean({-3, -1});
}

at::Tensor CountingCamera::in_blocks(const at::Tensor& values) const {
  std::vector<std::int64_t> blocks(values.sizes().begin(), values.sizes().end() - 2);
  for (const std::int64_t n : {values.size(-2), values.size(-1)}) {
    blocks.push_back(n / averaged_);
    blocks.push_back(averaged_);
  }
  return values.reshape(blocks);
}

PhotonTransfer CountingCamera::transfer(const Readout& r) const {
  const auto reads = static_cast<double>(averaged_ * averaged_);
  const at::Tensor square = r.gain.square();
  const at::Tensor read_variance = averaged(square * r.read_variance);
  return {r.efficiency,
          averaged(r.dark) * reads,
          averaged(r.gain) / reads,
          averaged(r.offset),
          averaged(square) / (reads * reads),
          (read_variance + kRoundingVariance) / reads};
}

at::Tensor CountingCamera::unsaturated_below(const Readout& r) const {
  at::Tensor electrons = (top_code_ - r.offset) / r.gain;
  if (full_well_) {
    const at::Tensor below_noise = *full_well_ - kDeviations * r.read_noise;
    electrons = at::minimum(electrons, below_noise);
  }
  if (averaged_ > 1) {
    const at::Tensor noise = (electrons.clamp_min(0.0) + r.read_variance).sqrt();
    const at::Tensor safe = electrons - kDeviations * noise;
    if (safe.dim() == 0) return r.gain * safe + r.offset;
    return averaged(r.gain) * in_blocks(safe).amin({-3, -1}) + averaged(r.offset);
  }
  return r.gain * electrons + r.offset;
}

at::Tensor CountingCamera::valid(const at::Tensor& counts, const Readout& r) const {
  return counted(counts) * (counts < top_code_) * (counts < unsaturated_below(r));
}

at::Tensor CountingCamera::sample(const at::Tensor& mean, RandomStream& random) const {
  const Readout r = placed_readout(mean);
  at::Tensor electrons = poisson_draw(spread(mean) * r.efficiency + r.dark, random);
  if (full_well_) electrons = electrons.clamp_max(*full_well_);
  const at::Tensor read =
      random.normal(electrons.sizes(), mean.scalar_type(), mean.device()) * r.read_noise;
  const at::Tensor level = (electrons + read) * r.gain + r.offset;
  const at::Tensor code = (level.detach() + 0.5).floor().clamp(0.0, top_code_);
  return averaged(straight_through(level.clamp(0.0, top_code_), code));
}

at::Tensor CountingCamera::negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const {
  const Readout r = placed_readout(counts);
  const at::Tensor nll = transfer(r).negative_log_likelihood(mean, without_dead(counts));
  return sum_per_item(nll * valid(counts, r));
}

at::Tensor CountingCamera::gradient(const at::Tensor& mean, const at::Tensor& counts) const {
  const Readout r = placed_readout(counts);
  return transfer(r).gradient(mean, without_dead(counts)) * valid(counts, r);
}

at::Tensor CountingCamera::fisher_weight(const at::Tensor& mean) const {
  return transfer(placed_readout(mean)).fisher_weight(mean);
}

Likelihood::Quadratic CountingCamera::quadratic(const at::Tensor& counts) const {
  const Readout r = placed_readout(counts);
  Quadratic term = transfer(r).quadratic(without_dead(counts));
  term.weight = term.weight * valid(counts, r);
  return term;
}

}  // namespace parfocal::optics
