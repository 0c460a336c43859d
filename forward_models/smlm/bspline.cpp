// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/bspline.h"

#include <cmath>

#include "core/check.h"

namespace parfocal::smlm {
namespace {

const double kPole = std::sqrt(3.0) - 2.0;
constexpr std::int64_t kTail = 40;  // |pole|^40 is below 1e-22.

/// Lines of `n` samples a `stride` apart, `width` of them side by side.
void filter_lines(double* first, std::int64_t n, std::int64_t stride, std::int64_t width) {
  if (n < 2) return;
  const auto at = [&](std::int64_t k) { return first + k * stride; };
  const auto mirrored = [n](std::int64_t k) {
    const std::int64_t period = 2 * (n - 1), j = k % period;
    return j < n ? j : period - j;
  };
  for (std::int64_t i = 0; i < width; ++i) {
    double sum = 0, power = 1;
    for (std::int64_t k = 0; k < kTail; ++k, power *= kPole) sum += at(mirrored(k))[i] * power;
    at(0)[i] = sum;
    double before = sum;
    for (std::int64_t k = 1; k < n; ++k) before = at(k)[i] += kPole * before;
    double after = kPole / (kPole * kPole - 1.0) * (at(n - 1)[i] + kPole * at(n - 2)[i]);
    at(n - 1)[i] = 6.0 * after;
    for (std::int64_t k = n - 2; k >= 0; --k) {
      after = kPole * (after - at(k)[i]);
      at(k)[i] = 6.0 * after;
    }
  }
}

}  // namespace

void to_bspline_coefficients(std::vector<double>& values, std::int64_t n_z, std::int64_t n_y,
                             std::int64_t n_x) {
  PARFOCAL_CHECK(static_cast<std::int64_t>(values.size()) == n_z * n_y * n_x);
  for (std::int64_t line = 0; line < n_z * n_y; ++line) {
    filter_lines(values.data() + line * n_x, n_x, 1, 1);
  }
  for (std::int64_t z = 0; z < n_z; ++z) {
    filter_lines(values.data() + z * n_y * n_x, n_y, n_x, n_x);
  }
  filter_lines(values.data(), n_z, n_y * n_x, n_y * n_x);
}

BsplineWeights bspline_weights(double f) {
  const double g = 1.0 - f;
  return {{g * g * g / 6.0, 2.0 / 3.0 - 0.5 * f * f * (2.0 - f),
           2.0 / 3.0 - 0.5 * g * g * (2.0 - g), f * f * f / 6.0},
          {-0.5 * g * g, 1.5 * f * f - 2.0 * f, 2.0 * g - 1.5 * g * g, 0.5 * f * f}};
}

}  // namespace parfocal::smlm
