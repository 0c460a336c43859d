// SPDX-License-Identifier: Apache-2.0
#include "optics/trainable.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

namespace parfocal::optics {

Trainable::Trainable(const BuildContext& context, const std::string& key,
                     const at::Tensor& value_si, at::ScalarType dtype, const LeafUnit& unit)
    : leaf_(value_si.detach().to(at::kDouble).div(unit.scale).to(context.device, dtype)),
      scale_(unit.scale) {
  if (context.parameters == nullptr) return;
  Parameter parameter;
  parameter.leaf = leaf_;
  parameter.unit = unit.text;
  parameter.scale = unit.scale;
  parameter.bounds = unit.bounds;
  context.parameters->add(context.path.empty() ? key : context.path + "." + key, parameter);
}

Trainable::Trainable(const BuildContext& context, const std::string& key, double value_si,
                     const LeafUnit& unit)
    : Trainable(context, key, at::scalar_tensor(value_si, at::kDouble), at::kDouble, unit) {}

Trainable::Trainable(const BuildContext& context, const std::string& key,
                     std::array<double, 2> pair_si, const LeafUnit& unit)
    : Trainable(context, key, at::tensor({pair_si[0], pair_si[1]}, at::kDouble), at::kDouble,
                unit) {}

at::Tensor Trainable::si() const { return leaf_.to(at::kDouble).mul(scale_); }

}  // namespace parfocal::optics
