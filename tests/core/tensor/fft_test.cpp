// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/fft.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "core/check.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal {
namespace {

using Complex = c10::complex<double>;

struct Size {
  std::int64_t n_y, n_x;
};
const std::vector<Size> kSizes{{1, 1}, {1, 2}, {2, 1}, {2, 3}, {4, 6}, {7, 5}, {13, 8}, {15, 22}};

/// sum x(i, j) exp(-+ 2 pi i (k i / n_y + l j / n_x)), as it is written.
at::Tensor direct_sum(const at::Tensor& field, double sign) {
  const std::int64_t n_y = field.size(-2), n_x = field.size(-1);
  const at::Tensor in = field.to(at::kComplexDouble).contiguous();
  at::Tensor out = at::empty({n_y, n_x}, at::kComplexDouble);
  const auto* x = in.const_data_ptr<Complex>();
  auto* result = out.mutable_data_ptr<Complex>();
  for (std::int64_t k = 0; k < n_y; ++k) {
    for (std::int64_t l = 0; l < n_x; ++l) {
      Complex sum(0.0, 0.0);
      for (std::int64_t i = 0; i < n_y; ++i) {
        for (std::int64_t j = 0; j < n_x; ++j) {
          const double turns = static_cast<double>(k * i % n_y) / static_cast<double>(n_y) +
                               static_cast<double>(l * j % n_x) / static_cast<double>(n_x);
          const double angle = sign * 2.0 * std::numbers::pi * turns;
          sum += x[i * n_x + j] * Complex(std::cos(angle), std::sin(angle));
        }
      }
      result[k * n_x + l] = sum;
    }
  }
  return out;
}

TEST(Fft, ForwardIsTheUnnormalisedSum) {
  for (const Size n : kSizes) {
    const at::Tensor x = test::random_normal({n.n_y, n.n_x}, at::kComplexDouble, 3);
    EXPECT_TRUE(test::close_relative(fft2(x), direct_sum(x, -1.0), 1e-13)) << n.n_y << "x" << n.n_x;
  }
}

TEST(Fft, InverseIsTheSumOverN) {
  for (const Size n : kSizes) {
    const at::Tensor x = test::random_normal({n.n_y, n.n_x}, at::kComplexDouble, 4);
    const at::Tensor expected = direct_sum(x, 1.0) / static_cast<double>(n.n_y * n.n_x);
    EXPECT_TRUE(test::close_relative(ifft2(x), expected, 1e-13)) << n.n_y << "x" << n.n_x;
  }
}

TEST(Fft, RealTransformIsTheFirstHalfOfTheSum) {
  for (const Size n : kSizes) {
    const at::Tensor x = test::random_normal({n.n_y, n.n_x}, at::kDouble, 5);
    const at::Tensor expected = direct_sum(x, -1.0).narrow(-1, 0, n.n_x / 2 + 1);
    EXPECT_TRUE(test::close_relative(rfft2(x), expected, 1e-13)) << n.n_y << "x" << n.n_x;
    EXPECT_TRUE(test::close_relative(irfft2(rfft2(x), n.n_y, n.n_x), x, 1e-13));
  }
}

TEST(Fft, RealInverseRefusesTheWrongSize) {
  const at::Tensor half = rfft2(test::random_normal({4, 6}, at::kDouble, 5));
  EXPECT_THROW(static_cast<void>(irfft2(half, 4, 8)), LogicError);
  EXPECT_THROW(static_cast<void>(irfft2(half, 5, 6)), LogicError);
}

TEST(Fft, FrequenciesAreInFftOrder) {
  const at::Tensor odd = fft_frequencies_per_m(5, 2e-6), even = fft_frequencies_per_m(4, 2e-6);
  const std::vector<double> k_odd{0, 1, 2, -2, -1}, k_even{0, 1, -2, -1};
  for (int i = 0; i < 5; ++i) EXPECT_DOUBLE_EQ(odd[i].item<double>(), k_odd[i] / 10e-6);
  for (int i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(even[i].item<double>(), k_even[i] / 8e-6);
  EXPECT_EQ(fft_frequencies_per_m(1, 1.0)[0].item<double>(), 0.0);
}

TEST(Fft, HalfFrequenciesAreNotNegative) {
  for (const std::int64_t n : {1, 2, 5, 8}) {
    const at::Tensor half = rfft_frequencies_per_m(n, 0.5);
    ASSERT_EQ(half.size(0), n / 2 + 1);
    for (std::int64_t k = 0; k <= n / 2; ++k) {
      EXPECT_DOUBLE_EQ(half[k].item<double>(),
                       static_cast<double>(k) / (0.5 * static_cast<double>(n)));
    }
  }
}

TEST(Fft, GoodSizeIsTheSmallestSevenSmoothNumber) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> known{
      {1, 1}, {11, 12}, {13, 14}, {17, 18}, {121, 125}, {539, 540}, {1519, 1536}, {2049, 2058}};
  for (const auto& [n, good] : known) EXPECT_EQ(good_fft_size(n), good) << n;
  EXPECT_THROW(static_cast<void>(good_fft_size(0)), LogicError);
}

TEST(CentredWindow, PaddedSampleKeepsItsOffsetFromTheStart) {
  const at::Tensor x = test::random_normal({2, 4, 7}, at::kDouble, 6);
  const at::Tensor padded = pad_centred(x, 9, 12);
  ASSERT_EQ(padded.sizes(), at::IntArrayRef({2, 9, 12}));
  for (std::int64_t i = 0; i < 9; ++i) {
    for (std::int64_t j = 0; j < 12; ++j) {
      const bool inside = i >= 2 && i < 6 && j >= 2 && j < 9;
      const double expected = inside ? x[1][i - 2][j - 2].item<double>() : 0.0;
      EXPECT_EQ(padded[1][i][j].item<double>(), expected) << i << "," << j;
    }
  }
}

TEST(CentredWindow, CropUndoesPadAndIsItsAdjoint) {
  for (const Size n : kSizes) {
    for (const std::int64_t extra : {0, 1, 4, 7}) {
      const std::int64_t p_y = n.n_y + extra, p_x = n.n_x + 2 * extra;
      const at::Tensor x = test::random_normal({n.n_y, n.n_x}, at::kComplexDouble, 7);
      const at::Tensor y = test::random_normal({p_y, p_x}, at::kComplexDouble, 8);
      EXPECT_TRUE(test::identical(crop_centred(pad_centred(x, p_y, p_x), n.n_y, n.n_x), x));
      const double gap = test::adjoint_gap(
          [&](const at::Tensor& v) { return pad_centred(v, p_y, p_x); },
          [&](const at::Tensor& v) { return crop_centred(v, n.n_y, n.n_x); }, x, y);
      EXPECT_LE(gap, 1e-14);
    }
  }
}

TEST(CentredWindow, RefusesToPadToLess) {
  const at::Tensor x = test::random_normal({4, 4}, at::kDouble, 1);
  EXPECT_THROW(static_cast<void>(pad_centred(x, 3, 4)), LogicError);
  EXPECT_THROW(static_cast<void>(crop_centred(x, 4, 5)), LogicError);
}

TEST(Centre, MovesTheSampleAtFloorOfHalfToTheOrigin) {
  for (const Size n : kSizes) {
    const at::Tensor x = test::random_normal({n.n_y, n.n_x}, at::kDouble, 9);
    const at::Tensor moved = centre_to_origin(x);
    EXPECT_EQ(moved[0][0].item<double>(), x[n.n_y / 2][n.n_x / 2].item<double>());
    EXPECT_TRUE(test::identical(origin_to_centre(moved), x));
  }
}

}  // namespace
}  // namespace parfocal
