// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/padded_fft.h"

#include <ATen/ops/fft_fft2.h>
#include <ATen/ops/fft_ifft2.h>
#include <ATen/ops/zeros.h>

namespace parfocal {
namespace {

void transform(const FftPlan& plan, PaddedFft::Way way, void* data) {
  if (way == PaddedFft::Way::kForward) {
    plan.forward(data);
  } else {
    plan.backward(data);
  }
}

/// Calls `body` with the memory of each plane of the batch.
template <class Body>
void for_each_plane(const at::Tensor& planes, const Body& body) {
  auto* data = static_cast<char*>(planes.mutable_data_ptr());
  const std::int64_t bytes = planes.size(-2) * planes.size(-1) * planes.element_size();
  const std::int64_t count = planes.numel() / (planes.size(-2) * planes.size(-1));
  for (std::int64_t i = 0; i < count; ++i) body(data + i * bytes);
}

}  // namespace

PaddedFft::PaddedFft(const Size& size, const Size& padded, const at::TensorOptions& options,
                     Backend backend)
    : size_(size), padded_(padded) {
  if (backend == Backend::kTensor || !options.device().is_cpu() || !FftPlan::available()) return;
  const at::ScalarType dtype = c10::typeMetaToScalarType(options.dtype());
  const auto [p_y, p_x] = padded;
  rows_ =
      std::make_unique<FftPlan>(FftPlan::Batch{.length = p_x,
                                               .count = size[0],
                                               .distance_in = p_x,
                                               .distance_out = p_x,
                                               .backward_scale = 1.0 / static_cast<double>(p_x)},
                                dtype);
  columns_ =
      std::make_unique<FftPlan>(FftPlan::Batch{.length = p_y,
                                               .count = p_x,
                                               .stride = p_x,
                                               .distance_in = 1,
                                               .distance_out = 1,
                                               .backward_scale = 1.0 / static_cast<double>(p_y)},
                                dtype);
}

at::Tensor PaddedFft::spectrum(const at::Tensor& field, Way way) const {
  if (!rows_) {
    return way == Way::kForward ? at::fft_fft2(field, padded_) : at::fft_ifft2(field, padded_);
  }
  auto shape = field.sizes().vec();
  shape[shape.size() - 2] = padded_[0];
  shape.back() = padded_[1];
  at::Tensor planes = at::zeros(shape, field.options());
  planes.narrow(-2, 0, size_[0]).narrow(-1, 0, size_[1]).copy_(field);
  for_each_plane(planes, [&](void* plane) {
    transform(*rows_, way, plane);
    transform(*columns_, way, plane);
  });
  return planes;
}

at::Tensor PaddedFft::window(const at::Tensor& spectrum, Way way) const {
  at::Tensor planes = spectrum;
  if (rows_) {
    const Way back = way == Way::kForward ? Way::kInverse : Way::kForward;
    for_each_plane(planes, [&](void* plane) {
      transform(*columns_, back, plane);
      transform(*rows_, back, plane);
    });
  } else {
    planes = way == Way::kForward ? at::fft_ifft2(planes) : at::fft_fft2(planes);
  }
  return planes.narrow(-2, 0, size_[0]).narrow(-1, 0, size_[1]).contiguous();
}

}  // namespace parfocal
