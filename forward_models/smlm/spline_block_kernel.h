// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set: PARFOCAL_SIMD_LEVEL names the namespace, PARFOCAL_SIMD_WIDTH
// the doubles in one vector.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "forward_models/smlm/bspline.h"
#include "forward_models/smlm/spline_block.h"
#include "forward_models/smlm/vector_math.h"

namespace parfocal::smlm::PARFOCAL_SIMD_LEVEL {
namespace {

typedef float Floats __attribute__((vector_size(kWidth * sizeof(float))));

inline Vector widened(const float* from) {
  Floats v;
  __builtin_memcpy(&v, from, sizeof v);
  return __builtin_convertvector(v, Vector);
}

/// Where along one axis an emitter lies: its first coefficient and its weights.
struct SplinePlace {
  std::int64_t first = 0;
  BsplineWeights w{};

  SplinePlace(double t, std::int64_t n) {
    const double low = std::floor(t);
    first = std::clamp<std::int64_t>(static_cast<std::int64_t>(low) - 1, 0, n - 4);
    w = bspline_weights(t - low);
  }
};

constexpr int kTaps = 4;
constexpr int kParameters = 5;
constexpr int kEntries = kParameters * (kParameters + 1) / 2;

/// Sums of one emitter over its pixels, side by side for the lanes of a vector.
struct PixelSums {
  Vector nll{}, score[kParameters]{}, fisher[kEntries]{};

  void add(const Vector (&slope)[kParameters], Vector d, Vector mu, Vector used) {
    const Vector w = used / mu;
    const Vector r = d * w - used;
    nll += used * mu - d * logarithm(mu);
    int entry = 0;
    for (int a = 0; a < kParameters; ++a) {
      score[a] += r * slope[a];
      const Vector weighted = w * slope[a];
      for (int b = a; b < kParameters; ++b) fisher[entry++] += weighted * slope[b];
    }
  }
};

inline double sum_of(Vector v) {
  double sum = 0;
  for (int i = 0; i < kWidth; ++i) sum += v[i];
  return sum;
}

/// One emitter: image rows from the table, then the sums.
class SplineEmitter {
 public:
  SplineEmitter(const SplineTable& table, const double* theta, int lane)
      : table_(table),
        x_(table.centre_x - theta[lane] * static_cast<double>(table.oversampling),
           table.columns * table.oversampling),
        y_(table.centre_y - theta[kEmitterLanes + lane] * static_cast<double>(table.oversampling),
           table.n_y),
        z_((theta[2 * kEmitterLanes + lane] - table.first_z) / table.step_z, table.n_z),
        photons_(theta[3 * kEmitterLanes + lane]),
        background_(theta[4 * kEmitterLanes + lane]),
        first_column_(x_.first / table.oversampling),
        width_((table.window_x + kTaps + 2 * kWidth - 1) / kWidth * kWidth),
        row_length_(width_ * table.oversampling) {
    static thread_local std::vector<double> scratch;
    const std::int64_t rows = 2 * kTaps + 3;
    scratch.resize(static_cast<std::size_t>(rows * row_length_ + 2 * width_));
    at_depth_ = scratch.data();
    row_ = at_depth_ + 2 * kTaps * row_length_;
    counts_ = row_ + 3 * row_length_;
    variance_ = counts_ + width_;
  }

  void evaluate(const EmitterWindows& windows, int lane, EmitterSums& sums) {
    PixelSums total;
    std::int64_t known = 0;
    for (std::int64_t j = 0; j < table_.window_y; ++j) {
      const std::int64_t first = j * table_.oversampling;
      for (known = std::max(known, first); known < first + kTaps; ++known) sum_depth(known);
      sum_rows(first);
      gather(windows, j, lane);
      add_row(windows.variance != nullptr, total);
    }
    sums.nll[lane] = sum_of(total.nll);
    for (int a = 0; a < kParameters; ++a) sums.score[a][lane] = sum_of(total.score[a]);
    for (int k = 0; k < kEntries; ++k) sums.fisher[k][lane] = sum_of(total.fisher[k]);
  }

 private:
  [[nodiscard]] double* depth_row(std::int64_t row, int which) const {
    return at_depth_ + (2 * (row % kTaps) + which) * row_length_;
  }

  /// Row `row` behind the first one: value and slope along z.
  void sum_depth(std::int64_t row) {
    const std::int64_t line = table_.stride * table_.oversampling;
    double* value = depth_row(row, 0);
    double* slope = depth_row(row, 1);
    for (std::int64_t p = 0; p < table_.oversampling; ++p) {
      const float* from = table_.values.data() + (z_.first * table_.n_y + y_.first + row) * line +
                          p * table_.stride + first_column_;
      for (std::int64_t i = 0; i < width_; i += kWidth) {
        Vector v{}, s{};
        for (int k = 0; k < kTaps; ++k) {
          const Vector c = widened(from + k * table_.n_y * line + i);
          v += c * z_.w.value[k];
          s += c * z_.w.slope[k];
        }
        store(value + p * width_ + i, v);
        store(slope + p * width_ + i, s);
      }
    }
  }

  /// Value, slope along y and slope along z of the fine samples of one row of pixels.
  void sum_rows(std::int64_t first) {
    for (std::int64_t i = 0; i < row_length_; i += kWidth) {
      Vector v{}, y{}, z{};
      for (int k = 0; k < kTaps; ++k) {
        const Vector c = loaded(depth_row(first + k, 0) + i);
        v += c * y_.w.value[k];
        y += c * y_.w.slope[k];
        z += loaded(depth_row(first + k, 1) + i) * y_.w.value[k];
      }
      store(row_ + i, v);
      store(row_ + row_length_ + i, y);
      store(row_ + 2 * row_length_ + i, z);
    }
  }

  void gather(const EmitterWindows& windows, std::int64_t j, int lane) {
    const std::int64_t first = j * table_.window_x * kEmitterLanes + lane;
    for (std::int64_t i = 0; i < table_.window_x; ++i) {
      counts_[i] = windows.counts[first + i * kEmitterLanes];
      variance_[i] =
          windows.variance != nullptr ? windows.variance[first + i * kEmitterLanes] : 0.0;
    }
    std::fill(counts_ + table_.window_x, counts_ + width_, 0.0);
    std::fill(variance_ + table_.window_x, variance_ + width_, 0.0);
  }

  /// Behind the last pixel nothing counts: slopes and counts are 0, the mean is 1.
  void add_row(bool noisy, PixelSums& total) {
    const double fine = static_cast<double>(table_.oversampling);
    const double per_x = -photons_ * fine, per_z = photons_ / table_.step_z;
    const double* rows[] = {row_, row_ + row_length_, row_ + 2 * row_length_};
    for (std::int64_t i = 0; i < table_.window_x; i += kWidth) {
      Vector h{}, hx{}, hy{}, hz{}, used = filled(1.0);
      for (int k = 0; k < kTaps; ++k) {
        const std::int64_t at = x_.first + k;
        const std::int64_t from =
            at % table_.oversampling * width_ + at / table_.oversampling - first_column_ + i;
        const Vector c = loaded(rows[0] + from);
        h += c * x_.w.value[k];
        hx += c * x_.w.slope[k];
        hy += loaded(rows[1] + from) * x_.w.value[k];
        hz += loaded(rows[2] + from) * x_.w.value[k];
      }
      for (std::int64_t l = table_.window_x - i; l < kWidth; ++l) used[l] = 0.0;
      Vector mu = h * photons_ + background_;
      if (noisy) mu += loaded(variance_ + i);
      mu = mu * used + (1.0 - used);
      const Vector slopes[kParameters] = {hx * per_x * used, hy * per_x * used, hz * per_z * used,
                                          h * used, used};
      total.add(slopes, loaded(counts_ + i), mu, used);
    }
  }

  const SplineTable& table_;
  SplinePlace x_, y_, z_;
  double photons_, background_;
  std::int64_t first_column_, width_, row_length_;
  double *at_depth_, *row_, *counts_, *variance_;
};

void evaluate(const SplineTable& table, const EmitterWindows& windows, const double* theta,
              EmitterSums& sums) {
  for (int lane = 0; lane < kEmitterLanes; ++lane) {
    if (windows.wanted != nullptr && !windows.wanted[lane]) continue;
    SplineEmitter(table, theta, lane).evaluate(windows, lane, sums);
  }
}

ImageSums product(const double* window, const double* image, std::int64_t n_y, std::int64_t n_x,
                  std::int64_t stride) {
  Vector products{}, sums{}, squares{};
  ImageSums rest;
  for (std::int64_t j = 0; j < n_y; ++j, window += n_x, image += stride) {
    std::int64_t i = 0;
    for (; i + kWidth <= n_x; i += kWidth) {
      const Vector h = loaded(image + i);
      products += loaded(window + i) * h;
      sums += h;
      squares += h * h;
    }
    for (; i < n_x; ++i) {
      rest.product += window[i] * image[i];
      rest.image += image[i];
      rest.squares += image[i] * image[i];
    }
  }
  return {rest.product + sum_of(products), rest.image + sum_of(sums),
          rest.squares + sum_of(squares)};
}

}  // namespace

extern const SplineKernels kSplineKernels = {evaluate, product};

}  // namespace parfocal::smlm::PARFOCAL_SIMD_LEVEL
