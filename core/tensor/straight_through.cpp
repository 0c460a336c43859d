// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/straight_through.h"

#include <torch/csrc/autograd/custom_function.h>

#include "core/check.h"

namespace parfocal {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class StraightThrough : public torch::autograd::Function<StraightThrough> {
 public:
  static at::Tensor forward(AutogradContext*, const at::Tensor&, const at::Tensor& quantised) {
    return quantised.detach().clone();
  }
  static variable_list backward(AutogradContext*, const variable_list& gradients) {
    return {gradients.front(), at::Tensor()};
  }
};

}  // namespace

at::Tensor straight_through(const at::Tensor& source, const at::Tensor& quantised) {
  PARFOCAL_CHECK(source.sizes() == quantised.sizes());
  PARFOCAL_CHECK(source.scalar_type() == quantised.scalar_type());
  PARFOCAL_CHECK(source.device() == quantised.device());
  return StraightThrough::apply(source, quantised);
}

}  // namespace parfocal
