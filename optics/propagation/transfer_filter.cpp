// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/transfer_filter.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/fft_fft2.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::optics {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// C F^-1{ H F{ Z U } }, with conj(H) for the adjoint, where no gradient goes to H: its gradient in
/// U is its adjoint.
class FixedFilter : public torch::autograd::Function<FixedFilter> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& field,
                            const at::Tensor& transfer, bool adjoint) {
    context->save_for_backward({transfer});
    context->saved_data["adjoint"] = adjoint;
    // Shift-invariant: the window may lie in the corner, where the transform itself pads.
    at::Tensor spectrum = at::fft_fft2(field, transfer.sizes());
    spectrum.mul_(adjoint ? transfer.conj() : transfer);
    return ifft2(spectrum).narrow(-2, 0, field.size(-2)).narrow(-1, 0, field.size(-1)).contiguous();
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor transfer = context->get_saved_variables().front();
    const bool adjoint = context->saved_data["adjoint"].toBool();
    return {apply(gradients.front(), transfer, !adjoint), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

TransferFilter::TransferFilter(std::string name, const Grid& grid, at::Tensor transfer)
    : name_(std::move(name)), n_y_(grid.n_y), n_x_(grid.n_x), transfer_(std::move(transfer)) {}

at::Tensor TransferFilter::filter(const at::Tensor& field, bool adjoint) const {
  check_trailing(name_ + ", field", field, dtype(), domain(), transfer_.device());
  if (!transfer_.requires_grad()) return FixedFilter::apply(field, transfer_, adjoint);
  const at::Tensor transfer = adjoint ? transfer_.conj() : transfer_;
  const at::Tensor padded = ifft2(at::fft_fft2(field, transfer.sizes()) * transfer);
  return padded.narrow(-2, 0, n_y_).narrow(-1, 0, n_x_).contiguous();
}

at::Tensor TransferFilter::forward(const at::Tensor& field) const { return filter(field, false); }

at::Tensor TransferFilter::adjoint(const at::Tensor& field) const { return filter(field, true); }

std::optional<double> TransferFilter::norm_bound() const {
  return transfer_.detach().abs().max().item<double>();
}

double TransferFilter::discarded_energy(const at::Tensor& field) const {
  const at::Tensor padded = pad_centred(field.detach(), transfer_.size(0), transfer_.size(1));
  const at::Tensor energy = fft2(padded).abs().square();
  const double total = energy.sum().item<double>();
  return total > 0.0 ? (energy * (transfer_.detach().abs() == 0.0)).sum().item<double>() / total
                     : 0.0;
}

}  // namespace parfocal::optics
