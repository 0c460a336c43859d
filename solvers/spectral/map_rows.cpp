// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/map_rows.h"

#include <ATen/ops/ones.h>

namespace parfocal::solvers {

at::Tensor rows_of(const at::Tensor& image) {
  return image.to(at::kCPU, at::kDouble)
      .permute({1, 2, 0})
      .reshape({-1, image.size(0)})
      .contiguous();
}

at::Tensor image_of(const at::Tensor& rows, const at::Tensor& like) {
  return rows.reshape({like.size(-2), like.size(-1), rows.size(1)})
      .permute({2, 0, 1})
      .contiguous()
      .to(like.device(), like.scalar_type());
}

at::Tensor counting_rows(const StageRecord& record, std::int64_t i) {
  const at::Tensor& measured = record.measured;
  if (record.mask.defined()) return rows_of(record.mask.expand_as(measured)[i]);
  return at::ones({measured.size(2) * measured.size(3), measured.size(1)}, at::kDouble);
}

std::int64_t typical_point(const at::Tensor& rows) {
  const at::Tensor order = rows.sum(1).argsort();
  return order[order.size(0) / 2].item<std::int64_t>();
}

Curve spectrum_curve(const StageRecord& record, std::string diagram, std::string name,
                     const at::Tensor& values) {
  const auto n = static_cast<std::size_t>(values.numel());
  const at::Tensor flat = values.detach().to(at::kCPU, at::kDouble).contiguous();
  Curve curve;
  curve.name = std::move(name);
  curve.diagram = std::move(diagram);
  const bool known = record.axis_per_m.size() == n;
  curve.x_label = known ? "Raman shift (1/cm)" : "channel";
  curve.y_label = "signal";
  for (std::size_t i = 0; i < n; ++i) {
    curve.x.push_back(known ? record.axis_per_m[i] / 100 : static_cast<double>(i));
    curve.y.push_back(flat.const_data_ptr<double>()[i]);
  }
  return curve;
}

}  // namespace parfocal::solvers
