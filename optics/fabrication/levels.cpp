// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/levels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>

#include "core/check.h"
#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {
namespace {

constexpr std::int64_t kMostLevels = 1024;

LeafUnit half_steps(std::int64_t number) {
  const double limit = number == 2 ? 0.2 : 1.0;
  return {"1", 1.0, {-limit, limit}};
}

at::Tensor start_of(const Levels::Params& params) {
  if (params.offset.empty()) return at::zeros({params.number}, at::kDouble);
  return at::tensor(params.offset, at::kDouble);
}

}  // namespace

void Levels::describe(Schema<Params>& s) {
  s.summary("A few etch depths: every height becomes the nearest level.");
  s.equation(
      "level_i = step (i + offset_i / 2),  i = 0 .. number - 1\n"
      "penalty: mean ((h - nearest level) / step)^2");
  s.citation("L. Li et al., IEEE/CVF Conf. Computer Vision and Pattern Recognition, 2022");
  s.convention(
      "Periodic: heights that differ by number x step, one wave, are the same. The step is given "
      "by the etch process; its errors are trained as offsets.");
  s.gradient("surrogate: dq/dh = 1; exact in the offsets");
  s.key("number", &Params::number).at_least(2).at_most(kMostLevels).doc("Of levels.");
  s.key("step", &Params::step)
      .required()
      .above(Length::from_m(0.0))
      .doc("Height between two levels; wavelength / ((index - 1) number) for a mask of one wave.");
  s.key("periodic", &Params::periodic).doc("Whether number x step is one wave, and counts as 0.");
  s.key("offset", &Params::offset)
      .at_least(-1.0)
      .at_most(1.0)
      .trainable("1")
      .doc("Of each level, in half steps; none: all 0.");
  s.check([](const Params& p) -> std::string {
    const bool whole = p.offset.empty() || static_cast<std::int64_t>(p.offset.size()) == p.number;
    return whole ? "" : "offset: expected one per level, or none";
  });
}

Levels::Levels(const Params& params, const BuildContext& context)
    : number_(params.number),
      step_m_(params.step.m()),
      periodic_(params.periodic),
      offset_(context, "offset", start_of(params), at::kDouble, half_steps(params.number)) {}

at::Tensor Levels::heights_m() const {
  const at::Tensor offset = offset_.si();
  return (at::arange(number_, offset.options().requires_grad(false)) + offset * 0.5) * step_m_;
}

at::Tensor Levels::distance(const at::Tensor& height, const at::Tensor& level) const {
  const at::Tensor apart = height - level;
  if (!periodic_) return apart;
  const double period = static_cast<double>(number_) * step_m_;
  return apart - (apart.detach() / period).round() * period;
}

at::Tensor Levels::nearest(const at::Tensor& height, const Grid& grid) const {
  check_heights("levels", height, grid);
  const at::Tensor fixed = height.detach();
  const at::Tensor levels = heights_m().detach().to(fixed.options());
  at::Tensor least = at::full_like(fixed, std::numeric_limits<double>::infinity());
  at::Tensor index = at::zeros(fixed.sizes(), fixed.options().dtype(at::kLong));
  for (std::int64_t i = 0; i < number_; ++i) {
    const at::Tensor apart = distance(fixed, levels[i]).abs();
    const at::Tensor nearer = apart < least;
    least = at::where(nearer, apart, least);
    index = index.masked_fill(nearer, i);
  }
  return index;
}

at::Tensor Levels::taken(const at::Tensor& height, const Grid& grid) const {
  const at::Tensor levels = heights_m().to(height.device(), height.scalar_type());
  return levels.index_select(0, nearest(height, grid).reshape({-1})).reshape(height.sizes());
}

at::Tensor Levels::project(const at::Tensor& height, const Grid& grid) const {
  return taken(height, grid);
}

at::Tensor Levels::quantize(const at::Tensor& height, const Grid& grid) const {
  const at::Tensor q = taken(height, grid);
  // The second term is 0 and carries the gradient of the offsets.
  return straight_through(height, q) + (q - q.detach());
}

at::Tensor Levels::penalty(const at::Tensor& height, const Grid& grid) const {
  return (distance(height, taken(height, grid)) / step_m_).square().mean();
}

at::Tensor Levels::soft(const at::Tensor& height, const Grid& grid, double temperature) const {
  PARFOCAL_CHECK(temperature > 0.0);
  check_heights("levels", height, grid);
  const at::Tensor levels = heights_m().to(height.device(), height.scalar_type());
  const at::Tensor apart = (height.unsqueeze(-1) - levels) / step_m_;
  return ((apart.square() / -temperature).softmax(-1) * levels).sum(-1);
}

double anneal_weight(double t, double start, double end) {
  PARFOCAL_CHECK(start < end);
  const double left = std::clamp((end - t) / (end - start), 0.0, 1.0);
  return 1.0 - left * left * left;
}

at::Tensor annealed(const at::Tensor& height, const at::Tensor& quantized, double weight) {
  return quantized * weight + height * (1.0 - weight);
}

}  // namespace parfocal::optics
