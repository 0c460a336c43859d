// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>

#include "core/tensor/fft_plan.h"

namespace parfocal {

/// The two transforms of a convolution without wrap-around: of a field with zeros behind it, and
/// back to the samples that the field had.
///
///   spectrum = F{Z U},   window = C F^-1{S}        Z pads, C crops: the field lies in the corner
///
/// Convention: as `core/tensor/fft.h`; kInverse exchanges F and F^-1 in both.
/// Layout:     U complex [..., n_y, n_x], S [..., p_y, p_x]; leading dimensions are batch.
/// Precision:  complex64 or complex128.
/// Invariants: on a CPU where an `FftPlan` is available both work in place, and rows that hold
///             nothing or are not wanted are not transformed; elsewhere the tensor operations do
///             the same. No gradients; several threads may use one object.
/// Tested by:  tests/core/tensor/padded_fft_test.cpp (both backends).
class PaddedFft {
 public:
  using Size = std::array<std::int64_t, 2>;  ///< [y, x]
  enum class Way { kForward, kInverse };
  enum class Backend { kBest, kTensor };

  PaddedFft(const Size& size, const Size& padded, const at::TensorOptions& options,
            Backend backend = Backend::kBest);

  [[nodiscard]] at::Tensor spectrum(const at::Tensor& field, Way way) const;
  /// Takes the memory of the spectrum.
  [[nodiscard]] at::Tensor window(const at::Tensor& spectrum, Way way) const;

 private:
  Size size_, padded_;
  std::unique_ptr<const FftPlan> rows_, columns_;  // None where the tensor operations do it.
};

}  // namespace parfocal
