// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/checkpoint.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <memory>

#include "core/check.h"

namespace parfocal {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Carries f from the forward to the backward pass inside the context of autograd.
struct HeldFunction : torch::CustomClassHolder {
  explicit HeldFunction(TensorFunction function) : f(std::move(function)) {}
  TensorFunction f;
};

/// Fresh leaves of the same values, so that the second run has a graph of its own.
variable_list detached_leaves(const variable_list& inputs) {
  variable_list leaves;
  for (const at::Tensor& input : inputs) {
    leaves.push_back(input.detach().requires_grad_(input.requires_grad()));
  }
  return leaves;
}

class Recompute : public torch::autograd::Function<Recompute> {
 public:
  static at::Tensor forward(AutogradContext* context, const TensorFunction& f,
                            at::TensorList inputs, at::TensorList captured) {
    variable_list saved = inputs.vec();
    saved.insert(saved.end(), captured.begin(), captured.end());
    context->save_for_backward(saved);
    context->saved_data["inputs"] = static_cast<std::int64_t>(inputs.size());
    context->saved_data["f"] = c10::IValue::make_capsule(c10::make_intrusive<HeldFunction>(f));
    return f(inputs.vec());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (at::GradMode::is_enabled()) {
      throw LogicError("checkpoint: a second derivative through a checkpoint is not available");
    }
    const auto held =
        c10::static_intrusive_pointer_cast<HeldFunction>(context->saved_data["f"].toCapsule());
    const variable_list saved = context->get_saved_variables();
    const auto captured = saved.begin() + context->saved_data["inputs"].toInt();
    const variable_list leaves = detached_leaves({saved.begin(), captured});
    variable_list all = leaves, wanted;
    all.insert(all.end(), captured, saved.end());
    for (const at::Tensor& leaf : all) {
      if (leaf.requires_grad()) wanted.push_back(leaf);
    }
    const variable_list found = gradients_of(held->f, leaves, wanted, gradients.front());
    variable_list result{at::Tensor()};  // f itself has no gradient
    auto next = found.begin();
    for (const at::Tensor& leaf : all) {
      result.push_back(leaf.requires_grad() ? *next++ : at::Tensor());
    }
    return result;
  }

 private:
  static variable_list gradients_of(const TensorFunction& f, const variable_list& leaves,
                                    const variable_list& wanted, const at::Tensor& gradient) {
    at::AutoGradMode graph(true);
    const at::Tensor value = f(leaves);
    if (!value.requires_grad()) return variable_list(wanted.size());
    return torch::autograd::grad({value}, wanted, {gradient}, /*retain_graph=*/false,
                                 /*create_graph=*/false, /*allow_unused=*/true);
  }
};

}  // namespace

at::Tensor checkpoint(const TensorFunction& f, const std::vector<at::Tensor>& inputs,
                      const std::vector<at::Tensor>& captured) {
  return Recompute::apply(f, at::TensorList(inputs), at::TensorList(captured));
}

}  // namespace parfocal
