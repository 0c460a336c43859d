// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/transfer_filter.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/fft_fft2.h>

#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"
#include "optics/propagation/gap.h"

namespace parfocal::optics {

TransferFilter::TransferFilter(std::string name, const Grid& grid, at::Tensor transfer)
    : name_(std::move(name)), n_y_(grid.n_y), n_x_(grid.n_x), transfer_(std::move(transfer)) {}

at::Tensor TransferFilter::filter(const at::Tensor& field, const at::Tensor& transfer) const {
  check_trailing(name_ + ", field", field, dtype(), domain(), transfer_.device());
  // Shift-invariant: the window may lie in the corner, where the transform itself pads.
  const at::Tensor spectrum = at::fft_fft2(field, transfer.sizes());
  const at::Tensor padded = ifft2(scaled(spectrum, transfer));
  return padded.narrow(-2, 0, n_y_).narrow(-1, 0, n_x_).contiguous();
}

at::Tensor TransferFilter::forward(const at::Tensor& field) const {
  return filter(field, transfer_);
}

at::Tensor TransferFilter::adjoint(const at::Tensor& field) const {
  return filter(field, transfer_.conj());
}

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
