// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/real_fft_2d.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::RealFft2d;

constexpr RealFft2d::Backend kBackends[] = {RealFft2d::Backend::kBest, RealFft2d::Backend::kTensor};

TEST(RealFft2d, IsTheDirectSumOverTheRowsThatHoldData) {
  for (const auto backend : kBackends) {
    for (const auto& [n_y, n_x] : {std::pair<std::int64_t, std::int64_t>{6, 5}, {5, 8}, {1, 7}}) {
      RealFft2d fft(n_y, n_x, at::kDouble, backend);
      at::Tensor plane = at::zeros({n_y, fft.row_stride()}, at::kDouble);
      const std::int64_t first = n_y / 3, rows = n_y - n_y / 2;
      plane.narrow(0, first, rows)
          .narrow(1, 0, n_x)
          .copy_(random_normal({rows, n_x}, at::kDouble, 1));
      const at::Tensor input = plane.clone();
      fft.forward(plane.mutable_data_ptr(), first, rows);
      const at::Tensor spectrum = at::view_as_complex(plane.view({n_y, n_x / 2 + 1, 2}));
      for (std::int64_t k = 0; k < n_y; ++k) {
        for (std::int64_t l = 0; l <= n_x / 2; ++l) {
          std::complex<double> sum = 0;
          for (std::int64_t i = 0; i < n_y; ++i) {
            for (std::int64_t j = 0; j < n_x; ++j) {
              const double phase = -2 * M_PI *
                                   (static_cast<double>(i * k) / static_cast<double>(n_y) +
                                    static_cast<double>(j * l) / static_cast<double>(n_x));
              sum += input[i][j].item<double>() * std::polar(1.0, phase);
            }
          }
          const auto got = spectrum[k][l].item<c10::complex<double>>();
          EXPECT_LE(std::abs(std::complex<double>(got.real(), got.imag()) - sum), 1e-13);
        }
      }
      fft.inverse(plane.mutable_data_ptr(), first, rows);
      EXPECT_TRUE(close(plane.narrow(0, first, rows).narrow(1, 0, n_x),
                        input.narrow(0, first, rows).narrow(1, 0, n_x), 1e-14));
    }
  }
}

}  // namespace
}  // namespace parfocal::test
