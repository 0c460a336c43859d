// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>

namespace parfocal {

/// One-dimensional transforms in place, many in one call: where LibTorch was built on MKL, its
/// public DFTI calls.
///
/// Convention: as `core/tensor/fft.h`, but `backward_scale` takes the place of 1/N.
/// Layout:     element k of transform i lies at k stride + i distance, counted in reals where the
///             numbers are real and in complex numbers where they are complex. A plan of real
///             numbers has other distances for each way, so it goes one way only.
/// Precision:  float32 or float64.
/// Invariants: equal bits for any number of threads; several threads may use one plan at a time.
/// Errors:     LogicError where a call fails, or where the calls are not `available`.
/// Tested by:  tests/core/tensor/padded_fft_test.cpp, tests/solvers/real_fft_2d_test.cpp.
class FftPlan {
 public:
  struct Batch {
    std::int64_t length = 0, count = 1, stride = 1;
    std::int64_t distance_in = 0, distance_out = 0;
    double backward_scale = 1.0;
  };

  /// Whether this LibTorch has the calls.
  [[nodiscard]] static bool available();

  /// `dtype` is that of what the forward transform is given, real or complex.
  FftPlan(const Batch& batch, at::ScalarType dtype);
  ~FftPlan();
  FftPlan(const FftPlan&) = delete;
  FftPlan& operator=(const FftPlan&) = delete;

  void forward(void* data) const;
  void backward(void* data) const;

 private:
  void* handle_ = nullptr;
};

}  // namespace parfocal
