// SPDX-License-Identifier: Apache-2.0
#include "forward_models/lensless/lensless_convolution.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/check.h"
#include "core/operators/algebra.h"
#include "core/tensor/fft.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using lensless::LenslessConvolution;
using lensless::padded_size;
using lensless::Padding;
using lensless::SceneDomain;
using lensless::TransferScaling;

struct Case {
  std::int64_t psf_channels, channels, n_y, n_x;
  Padding padding;
};

const Case kCases[] = {{1, 1, 5, 4, Padding::kFast},       {1, 3, 6, 7, Padding::kDouble},
                       {3, 3, 13, 3, Padding::kFast},      {1, 2, 4, 11, Padding::kPowerOfTwo},
                       {2, 2, 7, 7, Padding::kFiveSmooth}, {1, 1, 1, 8, Padding::kFast}};

/// y[p] = sum_q hp[(p - q + floor(P/2)) mod P] v[q] inside the window, straight from the
/// definition.
at::Tensor convolve_by_loops(const at::Tensor& psf, const at::Tensor& v,
                             const LenslessConvolution& model) {
  const std::int64_t p_y = model.padded_y(), p_x = model.padded_x();
  const std::int64_t n_y = model.sensor_y(), n_x = model.sensor_x();
  const at::Tensor kernel = pad_centred(psf, p_y, p_x);
  at::Tensor y = at::zeros({v.size(0), v.size(1), n_y, n_x}, v.options());
  const auto h = kernel.accessor<double, 3>();
  const auto object = v.accessor<double, 4>();
  auto image = y.accessor<double, 4>();
  for (std::int64_t b = 0; b < v.size(0); ++b) {
    for (std::int64_t c = 0; c < v.size(1); ++c) {
      const std::int64_t hc = psf.size(0) == 1 ? 0 : c;
      for (std::int64_t i = 0; i < n_y; ++i) {
        for (std::int64_t j = 0; j < n_x; ++j) {
          const std::int64_t py = i + (p_y - n_y) / 2, px = j + (p_x - n_x) / 2;
          double sum = 0;
          for (std::int64_t qy = 0; qy < p_y; ++qy) {
            for (std::int64_t qx = 0; qx < p_x; ++qx) {
              const std::int64_t ky = (py - qy + p_y / 2 + p_y) % p_y;
              const std::int64_t kx = (px - qx + p_x / 2 + p_x) % p_x;
              sum += h[hc][ky][kx] * object[b][c][qy][qx];
            }
          }
          image[b][c][i][j] = sum;
        }
      }
    }
  }
  return y;
}

TEST(LenslessConvolution, IsTheDirectSumOfItsDefinition) {
  for (const Case& c : kCases) {
    const at::Tensor psf = random_normal({c.psf_channels, c.n_y, c.n_x}, at::kDouble, 1);
    const LenslessConvolution model(psf, {c.padding, SceneDomain::kPadded, TransferScaling::kUnit});
    const at::Tensor v =
        random_normal({2, c.channels, model.padded_y(), model.padded_x()}, at::kDouble, 2);
    EXPECT_TRUE(close_relative(model.forward(v), convolve_by_loops(psf, v, model), 1e-13))
        << c.n_y << " x " << c.n_x;
  }
}

TEST(LenslessConvolution, SensorSceneIsThePaddedSceneWithADarkSurround) {
  for (const Case& c : kCases) {
    const at::Tensor psf = random_normal({c.psf_channels, c.n_y, c.n_x}, at::kDouble, 1);
    const LenslessConvolution padded(psf,
                                     {c.padding, SceneDomain::kPadded, TransferScaling::kUnit});
    const LenslessConvolution sensor(psf,
                                     {c.padding, SceneDomain::kSensor, TransferScaling::kUnit});
    const at::Tensor v = random_normal({2, c.channels, c.n_y, c.n_x}, at::kDouble, 3);
    const at::Tensor surround = pad_centred(v, padded.padded_y(), padded.padded_x());
    EXPECT_TRUE(close_relative(sensor.forward(v), convolve_by_loops(psf, surround, padded), 1e-13));
  }
}

TEST(LenslessConvolution, AdjointIsExactForEverySizeSceneAndScaling) {
  for (const Case& c : kCases) {
    for (const SceneDomain scene : {SceneDomain::kPadded, SceneDomain::kSensor}) {
      for (const at::ScalarType dtype : {at::kDouble, at::kFloat}) {
        const at::Tensor psf = random_normal({c.psf_channels, c.n_y, c.n_x}, dtype, 1);
        const LenslessConvolution model(psf, {c.padding, scene, TransferScaling::kOrthonormal});
        EXPECT_LE(adjoint_gap(model, 4), dtype == at::kDouble ? 1e-13 : 1e-6)
            << c.n_y << " x " << c.n_x;
      }
    }
  }
}

TEST(LenslessConvolution, AdjointIsExactOnAnOddPaddedGrid) {
  const at::Tensor psf = random_normal({1, 338, 20}, at::kDouble, 1);
  const LenslessConvolution model(psf, {});
  EXPECT_EQ(model.padded_y(), 675);
  EXPECT_LE(adjoint_gap(model, 4), 1e-13);
}

TEST(LenslessConvolution, PointAtTheCentreShowsThePsf) {
  for (const Case& c : kCases) {
    const at::Tensor psf = random_normal({c.psf_channels, c.n_y, c.n_x}, at::kDouble, 1);
    const LenslessConvolution model(psf, {c.padding, SceneDomain::kPadded, TransferScaling::kUnit});
    at::Tensor v = at::zeros({1, c.psf_channels, model.padded_y(), model.padded_x()}, at::kDouble);
    v.select(2, model.padded_y() / 2).select(2, model.padded_x() / 2).fill_(1.0);
    EXPECT_TRUE(close_relative(model.forward(v)[0], psf, 2e-15));
  }
}

TEST(LenslessConvolution, PointLikePsfIsTheIdentity) {
  for (const Case& c : kCases) {
    // The window's centre: pixel floor(P / 2) of the padded grid.
    const std::int64_t p_y = padded_size(c.n_y, c.padding), p_x = padded_size(c.n_x, c.padding);
    at::Tensor psf = at::zeros({1, c.n_y, c.n_x}, at::kDouble);
    psf[0][p_y / 2 - (p_y - c.n_y) / 2][p_x / 2 - (p_x - c.n_x) / 2] = 1.0;
    const LenslessConvolution model(psf, {c.padding, SceneDomain::kPadded, TransferScaling::kUnit});
    const at::Tensor v = random_normal({2, 1, p_y, p_x}, at::kDouble, 2);
    EXPECT_TRUE(close(model.forward(v), crop_centred(v, c.n_y, c.n_x), 1e-14));
  }
}

TEST(LenslessConvolution, OrthonormalScalingDividesByTheRootOfThePixels) {
  const at::Tensor psf = random_normal({1, 6, 9}, at::kDouble, 1);
  const LenslessConvolution unit(psf, {});
  const LenslessConvolution scaled(
      psf, {Padding::kFast, SceneDomain::kPadded, TransferScaling::kOrthonormal});
  const double root = std::sqrt(static_cast<double>(unit.padded_y() * unit.padded_x()));
  const at::Tensor v = random_normal({1, 1, unit.padded_y(), unit.padded_x()}, at::kDouble, 2);
  EXPECT_TRUE(close_relative(scaled.forward(v) * root, unit.forward(v), 1e-14));
  EXPECT_TRUE(close(*scaled.norm_bound() * root, *unit.norm_bound(), 1e-12));
}

TEST(LenslessConvolution, NormBoundIsAboveTheLargestSingularValue) {
  const at::Tensor psf = random_normal({1, 9, 6}, at::kDouble, 1).abs();
  const LenslessConvolution model(psf, {});
  const PowerIteration power = estimate_norm(model, 1e-8, 2000);
  EXPECT_LE(power.norm, *model.norm_bound());
  EXPECT_GE(power.norm, 0.5 * *model.norm_bound());
  EXPECT_TRUE(close(*model.norm_bound(), psf.sum().item<double>(), 1e-12));
}

TEST(LenslessConvolution, GradientsInPsfAndObjectAreExact) {
  at::Tensor psf = random_normal({1, 4, 5}, at::kDouble, 1).requires_grad_(true);
  at::Tensor v = random_normal({2, 1, 7, 9}, at::kDouble, 2).requires_grad_(true);
  const at::Tensor weight = random_normal({2, 1, 4, 5}, at::kDouble, 3);
  const auto f = [&] {
    const LenslessConvolution model(psf, {});
    const at::Tensor y = model.forward(v);
    return (weight * y * y).sum();
  };
  const GradientReport report = check_gradient(f, {{"psf", psf}, {"v", v}});
  EXPECT_TRUE(report.good()) << report.table();
}

TEST(LenslessConvolution, BatchOfTwoIsTwoSingles) {
  const LenslessConvolution model(random_normal({3, 5, 6}, at::kDouble, 1), {});
  const at::Tensor v = random_normal({2, 3, model.padded_y(), model.padded_x()}, at::kDouble, 2);
  const at::Tensor both = model.forward(v);
  EXPECT_TRUE(identical(
      both, at::cat({model.forward(v.narrow(0, 0, 1)), model.forward(v.narrow(0, 1, 1))}, 0)));
}

TEST(LenslessConvolution, PaddedSizesAreTheSmallestOfTheirKind) {
  EXPECT_EQ(padded_size(300, Padding::kFast), 600);
  EXPECT_EQ(padded_size(400, Padding::kFiveSmooth), 800);
  EXPECT_EQ(padded_size(338, Padding::kFast), 675);
  EXPECT_EQ(padded_size(338, Padding::kDouble), 676);
  EXPECT_EQ(padded_size(150, Padding::kPowerOfTwo), 512);
  EXPECT_EQ(padded_size(172, Padding::kFast), 343);  // 7^3
  EXPECT_EQ(padded_size(172, Padding::kFiveSmooth), 360);
  EXPECT_EQ(padded_size(1, Padding::kFast), 1);
}

TEST(LenslessConvolution, WrongShapeIsALogicErrorWithBothShapes) {
  const LenslessConvolution model(random_normal({3, 5, 6}, at::kDouble, 1), {});
  try {
    static_cast<void>(model.forward(at::zeros({1, 2, 9, 12}, at::kDouble)));
    FAIL() << "accepted";
  } catch (const LogicError& error) {
    EXPECT_NE(std::string(error.what()).find("[1, 2, 9, 12]"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace parfocal::test
