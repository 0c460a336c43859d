// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "core/operators/operator.h"
#include "core/tensor/grid.h"
#include "core/tensor/padded_fft.h"

namespace parfocal::optics {

/// A linear, shift-invariant step of a field: A U = C F^-1{ H F{ Z U } }.
///
/// Z pads with zeros, C is its adjoint, the crop; A* = C F^-1{ conj(H) F{ Z . } }.
/// Layout:     H complex [p_y, p_x] in FFT order; fields complex [..., n_y, n_x] of its dtype.
/// Invariants: linear; the adjoint is exact; gradients flow to field and H.
/// Errors:     LogicError for a field of another size, dtype or device.
/// Tested by:  tests/optics/propagation/transfer_filter_test.cpp.
class TransferFilter : public LinearOperator {
 public:
  /// `name` stands in messages.
  TransferFilter(std::string name, const Grid& grid, at::Tensor transfer);

  [[nodiscard]] at::Tensor forward(const at::Tensor& field) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& field) const override;
  [[nodiscard]] Shape domain() const override { return {n_y_, n_x_}; }
  [[nodiscard]] Shape range() const override { return domain(); }
  [[nodiscard]] at::ScalarType dtype() const override { return transfer_.scalar_type(); }
  /// max |H|.
  [[nodiscard]] std::optional<double> norm_bound() const override;
  [[nodiscard]] const at::Tensor& transfer() const { return transfer_; }

  /// Share of the energy of `field` in the frequencies where H = 0.
  [[nodiscard]] double discarded_energy(const at::Tensor& field) const;

 private:
  [[nodiscard]] at::Tensor filter(const at::Tensor& field, bool adjoint) const;

  std::string name_;
  std::int64_t n_y_, n_x_;
  at::Tensor transfer_;
  std::shared_ptr<const PaddedFft> fft_;  // None where H carries gradients.
};

}  // namespace parfocal::optics
