// SPDX-License-Identifier: Apache-2.0
#include "optics/trainable.h"

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
  parameter.lower = unit.lower;
  parameter.upper = unit.upper;
  context.parameters->add(context.path.empty() ? key : context.path + "." + key, parameter);
}

at::Tensor Trainable::si() const { return leaf_.to(at::kDouble).mul(scale_); }

}  // namespace parfocal::optics
