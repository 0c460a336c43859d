// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace parfocal {

/// Two-dimensional transforms over the last two axes.
///
/// Convention: forward unnormalised, inverse 1/N; frequencies in cycles per metre in FFT order
///             (zero first). The half spectrum of a real tensor is [..., n_y, n_x / 2 + 1].
/// Tested by:  tests/core/tensor/fft_test.cpp (direct sums of the definition).
[[nodiscard]] at::Tensor rfft2(const at::Tensor& real);
[[nodiscard]] at::Tensor irfft2(const at::Tensor& half_spectrum, std::int64_t n_y,
                                std::int64_t n_x);
[[nodiscard]] at::Tensor fft2(const at::Tensor& field);
[[nodiscard]] at::Tensor ifft2(const at::Tensor& spectrum);

/// k / (n pitch) for k = 0 .. ceil(n/2)-1, -floor(n/2) .. -1; float64 on the CPU.
[[nodiscard]] at::Tensor fft_frequencies_per_m(std::int64_t n, double pitch_m);
/// The non-negative half, k = 0 .. floor(n/2).
[[nodiscard]] at::Tensor rfft_frequencies_per_m(std::int64_t n, double pitch_m);

/// Smallest 2^a 3^b 5^c 7^d >= n: sizes for which an FFT is fast.
[[nodiscard]] std::int64_t good_fft_size(std::int64_t n);

/// Zero pads the last two axes to (p_y, p_x); the window starts at floor((p - n) / 2).
[[nodiscard]] at::Tensor pad_centred(const at::Tensor& values, std::int64_t p_y, std::int64_t p_x);
/// The window of (n_y, n_x) that starts at floor((p - n) / 2): the adjoint of `pad_centred`.
[[nodiscard]] at::Tensor crop_centred(const at::Tensor& values, std::int64_t n_y, std::int64_t n_x);

/// Moves the sample at floor(n / 2) to index 0 on both axes, and back.
[[nodiscard]] at::Tensor centre_to_origin(const at::Tensor& values);
[[nodiscard]] at::Tensor origin_to_centre(const at::Tensor& values);

}  // namespace parfocal
