// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/wiener_filter.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "optics/detectors/gaussian_detector.h"
#include "solvers/linear/wiener.h"
#include "solvers/object_spectrum.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using imaging::Boundary;
using imaging::IncoherentImaging;
using solvers::Wiener;
using solvers::WienerFilter;

TEST(ObjectSpectrum, HasThePublishedValues) {
  const at::Tensor power = ObjectSpectrum{}.power(64, 64);
  EXPECT_NEAR(power[0][0].item<double>(), 10.925887, 5e-7);
  EXPECT_NEAR(power[0][1].item<double>(), 5.462944, 5e-7);
  EXPECT_NEAR(power[32][32].item<double>(), 0.00533230, 5e-9);
}

TEST(ObjectSpectrum, MeanOverThePlaneIsTheVarianceForOddSizesToo) {
  for (const auto& [n_y, n_x] : {std::pair{6, 7}, {5, 8}, {1, 9}}) {
    const at::Tensor power = ObjectSpectrum{0.5, 0.3, 4.0}.power(n_y, n_x);
    const double sum = (power * half_plane_counts(n_x)).sum().item<double>();
    EXPECT_NEAR(sum / (n_y * n_x), 0.3, 1e-14);
  }
}

/// A small camera of three conditions, and the dense matrices behind it.
struct DenseCase {
  static constexpr std::int64_t kY = 4, kX = 5, kN = kY * kX, kK = 3;
  ObjectSpectrum object{0.4, 0.2, 3.0};
  at::Tensor psf = random_normal({kK, kY, kX}, at::kDouble, 1) * 0.3;
  IncoherentImaging model{psf, Boundary::kPeriodic};
  at::Tensor noise = at::scalar_tensor(0.05, at::kDouble);

  [[nodiscard]] at::Tensor transfer() const { return solvers::sensor_transfer(model, "test"); }
  [[nodiscard]] WienerFilter filter() const {
    return solvers::wiener_filter(transfer(), object.power(kY, kX), noise, kX);
  }
  /// Covariance of the object from its spectrum, [n, n].
  [[nodiscard]] at::Tensor covariance() const {
    const at::Tensor points = at::eye(kN, at::kDouble).reshape({kN, kY, kX});
    return irfft2(rfft2(points) * object.power(kY, kX), kY, kX).reshape({kN, kN});
  }
  /// Matrix of one condition, [n, n].
  [[nodiscard]] at::Tensor matrix(std::int64_t k) const {
    const at::Tensor points = at::eye(kN, at::kDouble).reshape({kN, 1, kY, kX});
    return model.forward(points).select(1, k).reshape({kN, kN}).t().contiguous();
  }
};

/// The best matrix for the mean error over conditions, by normal equations, has the error that the
/// closed form says, and is the filter.
TEST(WienerFilter, IsTheBestMatrixForAllConditions) {
  const DenseCase c;
  const std::int64_t n = DenseCase::kN;
  const at::Tensor s = c.covariance();
  at::Tensor second = at::eye(n, at::kDouble) * c.noise, cross = at::zeros({n, n}, at::kDouble);
  for (std::int64_t k = 0; k < DenseCase::kK; ++k) {
    const at::Tensor a = c.matrix(k);
    second = second + a.matmul(s).matmul(a.t()) / DenseCase::kK;
    cross = cross + s.matmul(a.t()) / DenseCase::kK;
  }
  const at::Tensor best = at::linalg_solve(second, cross.t()).t();
  const double error = (s - best.matmul(cross.t())).trace().item<double>() / n;
  const WienerFilter wiener = c.filter();
  EXPECT_NEAR(wiener.error.item<double>(), error, 1e-13);
  EXPECT_NEAR(wiener.condition_errors.mean().item<double>(), error, 1e-13);
  const at::Tensor y = random_normal({1, DenseCase::kY, DenseCase::kX}, at::kDouble, 5);
  const at::Tensor by_matrix = best.matmul(y.reshape({n})).reshape_as(y);
  EXPECT_TRUE(close_relative(irfft2(rfft2(y) * wiener.filter, DenseCase::kY, DenseCase::kX),
                             by_matrix, 1e-12));
  for (std::int64_t k = 0; k < DenseCase::kK; ++k) {
    const at::Tensor miss = best.matmul(c.matrix(k)) - at::eye(n, at::kDouble);
    const at::Tensor covariance = miss.matmul(s).matmul(miss.t()) + best.matmul(best.t()) * c.noise;
    EXPECT_NEAR(wiener.condition_errors[k].item<double>(), covariance.trace().item<double>() / n,
                1e-13);
  }
}

TEST(Wiener, StageIsTheFilterAroundTheMeanAndClips) {
  const DenseCase c;
  optics::GaussianDetector::Params camera;
  camera.sigma = std::sqrt(0.05) * 200.0;
  const optics::GaussianDetector detector(camera, BuildContext{});
  Wiener::Params params;
  params.object = c.object;
  params.range = std::nullopt;
  const at::Tensor y = random_normal({2, 3, DenseCase::kY, DenseCase::kX}, at::kDouble, 6);
  const StageScene scene{c.model, detector, 200.0};
  const at::Tensor level = c.psf.sum({1, 2}).mean() * 0.4;
  const at::Tensor expected =
      irfft2(rfft2(y - level) * c.filter().filter, DenseCase::kY, DenseCase::kX) + 0.4;
  EXPECT_TRUE(close_relative(Wiener(params).apply(y, scene), expected, 1e-12));
  params.range = std::array{0.3, 0.5};
  EXPECT_TRUE(close_relative(Wiener(params).apply(y, scene), expected.clamp(0.3, 0.5), 1e-12));
}

TEST(Wiener, WithoutSharingEachConditionHasItsOwnFilter) {
  const DenseCase c;
  const optics::GaussianDetector detector(optics::GaussianDetector::Params{}, BuildContext{});
  Wiener::Params params;
  params.range = std::nullopt;
  params.shared_over = Wiener::SharedOver::kNone;
  const at::Tensor y = random_normal({1, 3, DenseCase::kY, DenseCase::kX}, at::kDouble, 6);
  const at::Tensor all = Wiener(params).apply(y, {c.model, detector, 10.0});
  const IncoherentImaging second(c.psf.narrow(0, 1, 1), Boundary::kPeriodic);
  const at::Tensor alone = Wiener(params).apply(y.narrow(1, 1, 1), {second, detector, 10.0});
  EXPECT_TRUE(close_relative(all.narrow(1, 1, 1), alone, 1e-12));
}

TEST(Wiener, APaddedModelIsRefused) {
  const IncoherentImaging dark(random_normal({2, 4, 5}, at::kDouble, 1), Boundary::kDark);
  try {
    static_cast<void>(solvers::sensor_transfer(dark, "wiener"));
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("wiener needs a model of one object"));
  }
}

}  // namespace
}  // namespace parfocal::test
