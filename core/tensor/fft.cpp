// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/fft.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/fft_fft2.h>
#include <ATen/ops/fft_ifft2.h>
#include <ATen/ops/fft_irfft2.h>
#include <ATen/ops/fft_rfft2.h>
#include <ATen/ops/roll.h>

#include <array>

#include "core/check.h"

namespace parfocal {
namespace {

constexpr std::array<std::int64_t, 2> kLastTwo{-2, -1};

/// The first `count` frequencies in FFT order, of which `n_not_negative` are not negative.
at::Tensor frequencies(std::int64_t n, std::int64_t count, std::int64_t n_not_negative,
                       double pitch_m) {
  PARFOCAL_CHECK(n > 0);
  PARFOCAL_CHECK(pitch_m > 0.0);
  at::Tensor result = at::empty({count}, at::kDouble);
  double* values = result.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t k = i < n_not_negative ? i : i - n;
    values[i] = static_cast<double>(k) / (static_cast<double>(n) * pitch_m);
  }
  return result;
}

at::Tensor roll_last_two(const at::Tensor& values, std::int64_t shift_y, std::int64_t shift_x) {
  return at::roll(values, {shift_y, shift_x}, kLastTwo);
}

}  // namespace

at::Tensor rfft2(const at::Tensor& real) { return at::fft_rfft2(real); }

at::Tensor irfft2(const at::Tensor& half_spectrum, std::int64_t n_y, std::int64_t n_x) {
  PARFOCAL_CHECK(half_spectrum.size(-2) == n_y);
  PARFOCAL_CHECK(half_spectrum.size(-1) == n_x / 2 + 1);
  return at::fft_irfft2(half_spectrum, at::IntArrayRef({n_y, n_x}));
}

at::Tensor fft2(const at::Tensor& field) { return at::fft_fft2(field); }

at::Tensor ifft2(const at::Tensor& spectrum) { return at::fft_ifft2(spectrum); }

at::Tensor fft_frequencies_per_m(std::int64_t n, double pitch_m) {
  return frequencies(n, n, (n + 1) / 2, pitch_m);
}

at::Tensor rfft_frequencies_per_m(std::int64_t n, double pitch_m) {
  return frequencies(n, n / 2 + 1, n / 2 + 1, pitch_m);
}

std::int64_t good_fft_size(std::int64_t n) {
  PARFOCAL_CHECK(n > 0);
  for (std::int64_t candidate = n;; ++candidate) {
    std::int64_t rest = candidate;
    for (const std::int64_t prime : {2, 3, 5, 7}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest == 1) return candidate;
  }
}

at::Tensor pad_centred(const at::Tensor& values, std::int64_t p_y, std::int64_t p_x) {
  const std::int64_t extra_y = p_y - values.size(-2), extra_x = p_x - values.size(-1);
  PARFOCAL_CHECK(extra_y >= 0);
  PARFOCAL_CHECK(extra_x >= 0);
  const std::int64_t top = extra_y / 2, left = extra_x / 2;
  return at::constant_pad_nd(values, {left, extra_x - left, top, extra_y - top});
}

at::Tensor crop_centred(const at::Tensor& values, std::int64_t n_y, std::int64_t n_x) {
  const std::int64_t extra_y = values.size(-2) - n_y, extra_x = values.size(-1) - n_x;
  PARFOCAL_CHECK(extra_y >= 0);
  PARFOCAL_CHECK(extra_x >= 0);
  return values.narrow(-2, extra_y / 2, n_y).narrow(-1, extra_x / 2, n_x);
}

at::Tensor centre_to_origin(const at::Tensor& values) {
  return roll_last_two(values, -(values.size(-2) / 2), -(values.size(-1) / 2));
}

at::Tensor origin_to_centre(const at::Tensor& values) {
  return roll_last_two(values, values.size(-2) / 2, values.size(-1) / 2);
}

}  // namespace parfocal
