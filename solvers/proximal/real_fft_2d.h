// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <memory>

namespace parfocal::solvers {

/// Real two-dimensional transform of one plane in place, of which only some rows hold data.
///
///   forward:  rows outside [row_begin, row_begin + rows) are zero; unnormalised
///   inverse:  only those rows are wanted, the others are left undefined; scaled by 1 / (n_y n_x)
///
/// Convention: as `core/tensor/fft.h`.
/// Layout:     n_y rows of `row_stride()` = 2 (n_x / 2 + 1) reals; the spectrum is n_y rows of
///             n_x / 2 + 1 interleaved complex numbers in the same memory.
/// Precision:  float32 or float64.
/// Invariants: equal bits for any number of threads. Where LibTorch was built on MKL, its public
///             DFTI calls work in place on rows, then columns (no temporaries, and the zero rows
///             cost nothing); elsewhere the tensor operations do the same.
/// Tested by:  tests/solvers/real_fft_2d_test.cpp (direct sums, both backends).
class RealFft2d {
 public:
  enum class Backend { kBest, kTensor };

  RealFft2d(std::int64_t n_y, std::int64_t n_x, at::ScalarType dtype,
            Backend backend = Backend::kBest);
  ~RealFft2d();
  RealFft2d(const RealFft2d&) = delete;
  RealFft2d& operator=(const RealFft2d&) = delete;

  [[nodiscard]] std::int64_t row_stride() const { return 2 * (n_x_ / 2 + 1); }
  void forward(void* plane, std::int64_t row_begin, std::int64_t rows);
  void inverse(void* plane, std::int64_t row_begin, std::int64_t rows);
  /// True where the transforms work without temporaries.
  [[nodiscard]] bool in_place() const { return plans_ != nullptr; }

 private:
  struct Plans;
  std::int64_t n_y_, n_x_;
  at::ScalarType dtype_;
  std::unique_ptr<Plans> plans_;
};

}  // namespace parfocal::solvers
