// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/real_fft_2d.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/fft_irfft2.h>
#include <ATen/ops/fft_rfft2.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/view_as_real.h>
#include <c10/core/ScalarTypeToTypeMeta.h>

#include <map>

#include "core/check.h"
#include "core/tensor/fft_plan.h"

namespace parfocal::solvers {
struct RealFft2d::Plans {
  struct Rows {
    std::unique_ptr<FftPlan> forward, inverse;
  };

  Plans(std::int64_t n_y, std::int64_t n_x, at::ScalarType dtype)
      : n_x(n_x),
        half(n_x / 2 + 1),
        dtype(dtype),
        columns({.length = n_y,
                 .count = half,
                 .stride = half,
                 .distance_in = 1,
                 .distance_out = 1,
                 .backward_scale = 1.0 / (static_cast<double>(n_y) * static_cast<double>(n_x))},
                c10::toComplexType(dtype)) {}

  /// Plans are kept by the number of rows.
  Rows& rows(std::int64_t count) {
    Rows& plan = by_count[count];
    if (!plan.forward) {
      plan.forward = row_plan(count, 2 * half, half);
      plan.inverse = row_plan(count, half, 2 * half);
    }
    return plan;
  }

  [[nodiscard]] std::unique_ptr<FftPlan> row_plan(std::int64_t count, std::int64_t in,
                                                  std::int64_t out) const {
    return std::make_unique<FftPlan>(
        FftPlan::Batch{.length = n_x, .count = count, .distance_in = in, .distance_out = out},
        dtype);
  }

  std::int64_t n_x, half;
  at::ScalarType dtype;
  FftPlan columns;
  std::map<std::int64_t, Rows> by_count;
};

RealFft2d::RealFft2d(std::int64_t n_y, std::int64_t n_x, at::ScalarType dtype, Backend backend)
    : n_y_(n_y), n_x_(n_x), dtype_(dtype) {
  const bool supported = dtype == at::kFloat || dtype == at::kDouble;
  PARFOCAL_CHECK(supported);
  if (backend == Backend::kBest && FftPlan::available()) {
    plans_ = std::make_unique<Plans>(n_y, n_x, dtype);
  }
}

RealFft2d::~RealFft2d() = default;

namespace {

at::Tensor real_view(void* plane, std::int64_t n_y, std::int64_t n_x, at::ScalarType dtype) {
  return at::from_blob(plane, {n_y, 2 * (n_x / 2 + 1)}, at::TensorOptions(dtype));
}

}  // namespace

void RealFft2d::forward(void* plane, std::int64_t row_begin, std::int64_t rows) {
  if (plans_) {
    const auto element = static_cast<std::int64_t>(c10::elementSize(dtype_));
    plans_->rows(rows).forward->forward(static_cast<char*>(plane) +
                                        row_begin * row_stride() * element);
    plans_->columns.forward(plane);
    return;
  }
  at::Tensor view = real_view(plane, n_y_, n_x_, dtype_);
  const at::Tensor spectrum = at::fft_rfft2(view.narrow(1, 0, n_x_));
  view.copy_(at::view_as_real(spectrum).flatten(1));
}

void RealFft2d::inverse(void* plane, std::int64_t row_begin, std::int64_t rows) {
  if (plans_) {
    const auto element = static_cast<std::int64_t>(c10::elementSize(dtype_));
    plans_->columns.backward(plane);
    plans_->rows(rows).inverse->backward(static_cast<char*>(plane) +
                                         row_begin * row_stride() * element);
    return;
  }
  at::Tensor view = real_view(plane, n_y_, n_x_, dtype_);
  const at::Tensor spectrum =
      at::from_blob(plane, {n_y_, n_x_ / 2 + 1}, at::TensorOptions(c10::toComplexType(dtype_)));
  view.narrow(1, 0, n_x_).copy_(at::fft_irfft2(spectrum, at::IntArrayRef({n_y_, n_x_})));
}

}  // namespace parfocal::solvers
