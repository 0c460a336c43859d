// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/bspline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace parfocal::smlm {
namespace {

using Function = std::function<double(double, double, double)>;

struct Samples {
  std::int64_t n_z, n_y, n_x;
  std::vector<double> values;

  Samples(std::int64_t z, std::int64_t y, std::int64_t x, const Function& f)
      : n_z(z), n_y(y), n_x(x) {
    for (std::int64_t k = 0; k < z; ++k)
      for (std::int64_t j = 0; j < y; ++j)
        for (std::int64_t i = 0; i < x; ++i) values.push_back(f(double(k), double(j), double(i)));
  }

  /// The spline with these coefficients, by the sum of all its terms.
  [[nodiscard]] double at(double z, double y, double x) const {
    const auto basis = [](double t) {
      const double a = std::abs(t);
      if (a >= 2) return 0.0;
      return a < 1 ? 2.0 / 3.0 - a * a + 0.5 * a * a * a : std::pow(2 - a, 3) / 6;
    };
    double sum = 0;
    for (std::int64_t k = 0; k < n_z; ++k)
      for (std::int64_t j = 0; j < n_y; ++j)
        for (std::int64_t i = 0; i < n_x; ++i)
          sum += values[static_cast<std::size_t>((k * n_y + j) * n_x + i)] * basis(z - double(k)) *
                 basis(y - double(j)) * basis(x - double(i));
    return sum;
  }
};

TEST(Bspline, GoesThroughTheSamples) {
  const auto wild = [](double z, double y, double x) {
    return std::sin(1.9 * z) + std::cos(2.3 * y * x) - 0.3 * z * y;
  };
  const Samples samples(7, 9, 8, wild);
  Samples spline = samples;
  to_bspline_coefficients(spline.values, 7, 9, 8);
  // Away from the ends, where the sum of all terms lacks the mirrored ones.
  for (int k = 1; k < 6; ++k)
    for (int j = 1; j < 8; ++j)
      for (int i = 1; i < 7; ++i) EXPECT_NEAR(spline.at(k, j, i), wild(k, j, i), 1e-12);
}

TEST(Bspline, ReproducesCubics) {
  const auto cubic = [](double z, double y, double x) {
    return std::pow(z - 11, 3) - 2 * (y - 12) * (y - 12) * (x - 12) + 3 * x * x - 5;
  };
  Samples spline(45, 45, 45, cubic);
  to_bspline_coefficients(spline.values, 45, 45, 45);
  // The mirrored ends are felt to 0.268^19 of the values there.
  EXPECT_NEAR(spline.at(22.3, 21.7, 23.1), cubic(22.3, 21.7, 23.1), 1e-6);
}

TEST(Bspline, WeightsAreTheBasisAndItsSlope) {
  for (const double f : {0.0, 0.25, 0.5, 0.9}) {
    const BsplineWeights w = bspline_weights(f);
    const BsplineWeights above = bspline_weights(f + 1e-6), below = bspline_weights(f - 1e-6);
    double sum = 0;
    for (int k = 0; k < 4; ++k) {
      sum += w.value[k];
      EXPECT_NEAR(w.slope[k], (above.value[k] - below.value[k]) / 2e-6, 1e-9);
    }
    EXPECT_NEAR(sum, 1, 1e-15);
  }
  const BsplineWeights node = bspline_weights(0), half = bspline_weights(0.5);
  EXPECT_NEAR(node.value[1], 2.0 / 3, 1e-15);
  EXPECT_NEAR(half.value[1], 23.0 / 48, 1e-15);
  EXPECT_NEAR(half.value[0], 1.0 / 48, 1e-15);
}

}  // namespace
}  // namespace parfocal::smlm
