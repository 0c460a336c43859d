// SPDX-License-Identifier: Apache-2.0
#include "core/operators/point_emitters.h"

#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>

namespace parfocal {

std::int64_t parameter_index(const PointEmitters& emitters, std::string_view name) {
  const std::vector<EmitterParameter>& parameters = emitters.parameters();
  for (std::size_t a = 0; a < parameters.size(); ++a) {
    if (parameters[a].name == name) return static_cast<std::int64_t>(a);
  }
  return -1;
}

at::Tensor emitters_over_depth(const PointEmitters& emitters, std::int64_t planes) {
  const std::vector<EmitterParameter>& parameters = emitters.parameters();
  const std::int64_t rows = parameter_index(emitters, "z") < 0 ? 1 : planes;
  at::Tensor theta = at::zeros({rows, static_cast<std::int64_t>(parameters.size())}, at::kDouble);
  for (std::size_t a = 0; a < parameters.size(); ++a) {
    const EmitterParameter& p = parameters[a];
    at::Tensor column = theta.select(1, static_cast<std::int64_t>(a));
    if (p.name == "x" || p.name == "y") column.fill_(0.5 * (p.low + p.high));
    if (p.name == "z") column.copy_(at::linspace(p.low, p.high, rows, at::kDouble));
    if (p.name == "photons") column.fill_(1.0);
    if (p.name == "sigma") column.fill_(p.typical);
  }
  return theta;
}

}  // namespace parfocal
