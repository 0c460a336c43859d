// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/thin_phase.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/imag.h>
#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include <numbers>

#include "optics/propagation/gap.h"

namespace parfocal::optics {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// V = U exp(i phase): a gradient g of V is g exp(-i phase) for U and Im(g conj(V)) for the phase.
class Delay : public torch::autograd::Function<Delay> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& field,
                            const at::Tensor& phase) {
    const at::Tensor phasor = unit_phasor(phase).to(field.scalar_type());
    const at::Tensor delayed = field * phasor;
    context->save_for_backward({phase, delayed});
    return delayed;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& phase = saved[0];
    const at::Tensor& g = gradients.front();
    variable_list result(2);
    if (context->needs_input_grad(0)) result[0] = delayed(g, -phase);
    if (context->needs_input_grad(1)) {
      result[1] = at::imag(g * saved[1].conj()).sum_to_size(phase.sizes()).to(phase.scalar_type());
    }
    return result;
  }
};

}  // namespace

at::Tensor thin_phase(const at::Tensor& height_m, double index, const Beam& beam) {
  return thin_phase(height_m, at::scalar_tensor(index, height_m.options()), beam);
}

at::Tensor thin_phase(const at::Tensor& height_m, const at::Tensor& index, const Beam& beam) {
  const at::Tensor wavelength_m = beam.wavelength().to(height_m.device());
  return height_m * ((index - beam.index_medium) / wavelength_m * (2.0 * std::numbers::pi));
}

at::Tensor delayed(const at::Tensor& field, const at::Tensor& phase) {
  return Delay::apply(field, phase);
}

}  // namespace parfocal::optics
