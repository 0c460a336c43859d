// SPDX-License-Identifier: Apache-2.0
#include "optics/field_power.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "core/check.h"

namespace parfocal::optics {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Rows of samples and of pixels; those of a batch follow each other.
struct Raster {
  std::int64_t rows = 0, n_x = 0, side = 1;  ///< Rows and columns of pixels.

  [[nodiscard]] std::int64_t first_sample(std::int64_t row) const {
    return row * side * n_x * side;
  }
  template <class Body>
  void for_each_row(const Body& body) const {
    at::parallel_for(0, rows, std::max<std::int64_t>(1, 32768 / (n_x * side * side)),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t row = begin; row < end; ++row) body(row);
                     });
  }
};

template <class Real>
void sum_pixels(const Raster& raster, const Real* field, Real* power) {
  raster.for_each_row([&](std::int64_t row) {
    const Real* sample = field + 2 * raster.first_sample(row);
    Real* pixels = power + row * raster.n_x;
    for (std::int64_t y = 0; y < raster.side; ++y) {
      for (std::int64_t x = 0; x < raster.n_x; ++x) {
        Real sum = 0;
        for (std::int64_t i = 0; i < 2 * raster.side; ++i, ++sample) sum += *sample * *sample;
        pixels[x] += sum;
      }
    }
  });
}

template <class Real>
void spread(const Raster& raster, const Real* field, const Real* gradient, Real* result) {
  raster.for_each_row([&](std::int64_t row) {
    std::int64_t at = 2 * raster.first_sample(row);
    const Real* pixels = gradient + row * raster.n_x;
    for (std::int64_t y = 0; y < raster.side; ++y) {
      for (std::int64_t x = 0; x < raster.n_x; ++x) {
        const Real factor = 2 * pixels[x];
        for (std::int64_t i = 0; i < 2 * raster.side; ++i, ++at) result[at] = factor * field[at];
      }
    }
  });
}

Raster raster_of(const at::Tensor& power, std::int64_t side) {
  return {power.numel() / std::max<std::int64_t>(1, power.size(-1)), power.size(-1), side};
}

at::Tensor power_of(const at::Tensor& field, std::int64_t side) {
  auto shape = field.sizes().vec();
  const std::int64_t n_x = shape.back() / side, n_y = shape[shape.size() - 2] / side;
  shape.resize(shape.size() - 2);
  shape.insert(shape.end(), {n_y, n_x});
  const at::Tensor samples = at::view_as_real(field.resolve_conj().contiguous());
  if (!field.is_cpu()) {
    auto blocks = shape;
    blocks.resize(blocks.size() - 2);
    blocks.insert(blocks.end(), {n_y, side, n_x, 2 * side});
    return samples.square().reshape(blocks).sum({-3, -1});
  }
  at::Tensor power = at::zeros(shape, samples.options());
  const Raster raster = raster_of(power, side);
  if (samples.scalar_type() == at::kFloat) {
    sum_pixels(raster, samples.const_data_ptr<float>(), power.mutable_data_ptr<float>());
  } else {
    sum_pixels(raster, samples.const_data_ptr<double>(), power.mutable_data_ptr<double>());
  }
  return power;
}

/// 2 g U; with a graph of its own where a second derivative is asked for.
at::Tensor gradient_of(const at::Tensor& field, const at::Tensor& gradient, std::int64_t side) {
  if (!field.is_cpu() || at::GradMode::is_enabled()) {
    return field * (gradient * 2).repeat_interleave(side, -1).repeat_interleave(side, -2);
  }
  const at::Tensor samples = at::view_as_real(field.resolve_conj().contiguous());
  const at::Tensor pixels = gradient.contiguous();
  at::Tensor result = at::empty_like(samples);
  const Raster raster = raster_of(pixels, side);
  if (samples.scalar_type() == at::kFloat) {
    spread(raster, samples.const_data_ptr<float>(), pixels.const_data_ptr<float>(),
           result.mutable_data_ptr<float>());
  } else {
    spread(raster, samples.const_data_ptr<double>(), pixels.const_data_ptr<double>(),
           result.mutable_data_ptr<double>());
  }
  return at::view_as_complex(result);
}

class FieldPower : public torch::autograd::Function<FieldPower> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& field, std::int64_t side) {
    context->save_for_backward({field});
    context->saved_data["side"] = side;
    return power_of(field, side);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor field = context->get_saved_variables().front();
    return {gradient_of(field, gradients.front(), context->saved_data["side"].toInt()),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor field_power(const at::Tensor& field, std::int64_t side) {
  PARFOCAL_CHECK(field.is_complex());
  PARFOCAL_CHECK(side > 0);
  PARFOCAL_CHECK(field.size(-2) % side == 0);
  PARFOCAL_CHECK(field.size(-1) % side == 0);
  return FieldPower::apply(field, side);
}

}  // namespace parfocal::optics
