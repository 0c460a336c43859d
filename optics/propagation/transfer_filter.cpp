// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/transfer_filter.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/fft_fft2.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/tensor/fft.h"
#include "core/tensor/padded_fft.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::optics {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What a graph keeps of a filter.
struct KeptFft : torch::CustomClassHolder {
  explicit KeptFft(std::shared_ptr<const PaddedFft> kept) : fft(std::move(kept)) {}
  std::shared_ptr<const PaddedFft> fft;
};

/// The filter or its adjoint where no gradient goes to H: its gradient in U is its adjoint. That is
/// the filter between conjugates with the transforms exchanged, A* U = conj(C F{ H F^-1{ Z conj(U) } }).
class FixedFilter : public torch::autograd::Function<FixedFilter> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& field,
                            const at::Tensor& transfer, std::shared_ptr<const PaddedFft> fft,
                            bool adjoint) {
    const auto way = adjoint ? PaddedFft::Way::kInverse : PaddedFft::Way::kForward;
    at::Tensor spectrum = fft->spectrum(adjoint ? field.conj() : field, way);
    spectrum.mul_(transfer);
    const at::Tensor window = fft->window(spectrum, way);
    context->save_for_backward({transfer});
    context->saved_data["fft"] =
        at::IValue::make_capsule(c10::make_intrusive<KeptFft>(std::move(fft)));
    context->saved_data["adjoint"] = adjoint;
    return adjoint ? window.conj_physical_() : window;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor transfer = context->get_saved_variables().front();
    const auto kept =
        c10::static_intrusive_pointer_cast<KeptFft>(context->saved_data["fft"].toCapsule());
    const bool adjoint = context->saved_data["adjoint"].toBool();
    return {apply(gradients.front(), transfer, kept->fft, !adjoint), at::Tensor(), at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

TransferFilter::TransferFilter(std::string name, const Grid& grid, at::Tensor transfer)
    : name_(std::move(name)), n_y_(grid.n_y), n_x_(grid.n_x), transfer_(std::move(transfer)) {
  if (transfer_.requires_grad()) return;
  fft_ = std::make_shared<const PaddedFft>(PaddedFft::Size{n_y_, n_x_},
                                           PaddedFft::Size{transfer_.size(0), transfer_.size(1)},
                                           transfer_.options());
}

at::Tensor TransferFilter::filter(const at::Tensor& field, bool adjoint) const {
  check_trailing(name_ + ", field", field, dtype(), domain(), transfer_.device());
  if (fft_) return FixedFilter::apply(field, transfer_, fft_, adjoint);
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
