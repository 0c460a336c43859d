// SPDX-License-Identifier: Apache-2.0
#include "forward_models/imaging/incoherent_imaging.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "optics/psf/psf_source.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using imaging::Boundary;
using imaging::IncoherentImaging;

/// y_k[p] = sum_q h_k[c + p - q] v[q], c the centre; around the edge where it is periodic.
at::Tensor convolve_by_loops(const at::Tensor& psf, const at::Tensor& v, Boundary boundary) {
  const std::int64_t n_y = psf.size(1), n_x = psf.size(2);
  at::Tensor y = at::zeros({v.size(0), psf.size(0), n_y, n_x}, v.options());
  const auto h = psf.accessor<double, 3>();
  const auto object = v.accessor<double, 4>();
  auto image = y.accessor<double, 4>();
  const auto index = [&](std::int64_t i, std::int64_t n) {
    if (boundary == Boundary::kPeriodic) return ((i % n) + n) % n;
    return i >= 0 && i < n ? i : -1;
  };
  for (std::int64_t b = 0; b < v.size(0); ++b) {
    for (std::int64_t k = 0; k < psf.size(0); ++k) {
      for (std::int64_t p = 0; p < n_y * n_x; ++p) {
        for (std::int64_t q = 0; q < n_y * n_x; ++q) {
          const std::int64_t i = index(n_y / 2 + p / n_x - q / n_x, n_y);
          const std::int64_t j = index(n_x / 2 + p % n_x - q % n_x, n_x);
          if (i < 0 || j < 0) continue;
          image[b][k][p / n_x][p % n_x] += h[k][i][j] * object[b][0][q / n_x][q % n_x];
        }
      }
    }
  }
  return y;
}

TEST(IncoherentImaging, EveryConditionIsTheDirectSum) {
  for (const Boundary boundary : {Boundary::kPeriodic, Boundary::kDark}) {
    for (const auto& [n_y, n_x] : {std::pair{6, 7}, {5, 4}, {1, 8}}) {
      const at::Tensor psf = random_normal({3, n_y, n_x}, at::kDouble, 1);
      const IncoherentImaging model(psf, boundary);
      const at::Tensor v = random_normal({2, 1, n_y, n_x}, at::kDouble, 2);
      EXPECT_TRUE(close_relative(model.forward(v), convolve_by_loops(psf, v, boundary), 1e-13))
          << n_y << " x " << n_x;
      EXPECT_LE(adjoint_gap(model), 1e-13);
    }
  }
}

/// A kernel of 3 x 4 pixels.
class SmallKernel : public PsfSource {
 public:
  struct Params {};
  static void describe(Schema<Params>& s) { s.summary("Of a test."); }
  SmallKernel(const Params&, const BuildContext&) {}
  [[nodiscard]] at::Tensor psf() const override { return random_normal({1, 3, 4}, at::kDouble, 9); }
  [[nodiscard]] std::optional<Grid> grid() const override {
    return Grid::centred(3, 4, 1e-6, 2e-6);
  }
};

IncoherentImaging sized(std::array<std::int64_t, 2> size) {
  static const Registry registry = [] {
    Registry r;
    add_component<PsfSource, SmallKernel>(r, "small_kernel");
    return r;
  }();
  IncoherentImaging::Params params;
  params.psf.type = registry.find("psf", "small_kernel");
  params.psf.params = std::make_shared<SmallKernel::Params>();
  params.size = size;
  BuildContext context;
  context.path = "model";
  context.dtype = at::kDouble;
  return {params, context};
}

/// The centre of the kernel is its pixel (1, 2), that of the sensor (floor(N_y / 2), floor(N_x / 2)).
TEST(IncoherentImaging, ASmallerPsfIsSetIntoDarknessAroundTheCentre) {
  const at::Tensor kernel = random_normal({1, 3, 4}, at::kDouble, 9);
  for (const auto& [n_y, n_x] : {std::pair{6, 7}, {7, 6}, {3, 4}}) {
    const IncoherentImaging model = sized({n_y, n_x});
    at::Tensor wide = at::zeros({1, n_y, n_x}, at::kDouble);
    wide.slice(1, n_y / 2 - 1, n_y / 2 + 2).slice(2, n_x / 2 - 2, n_x / 2 + 2).copy_(kernel);
    EXPECT_TRUE(identical(model.psf(), wide)) << n_y << " x " << n_x;
    EXPECT_EQ(*model.sensor_grid(), Grid::centred(n_y, n_x, 1e-6, 2e-6));
    const at::Tensor v = random_normal({1, 1, n_y, n_x}, at::kDouble, 2);
    EXPECT_TRUE(
        close_relative(model.forward(v), convolve_by_loops(wide, v, Boundary::kPeriodic), 1e-13));
  }
}

TEST(IncoherentImaging, ASensorSmallerThanThePsfIsRefused) {
  try {
    static_cast<void>(sized({6, 3}));
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "model.size = [6, 3]: smaller than the PSF of 3 x 4 pixels; make it larger, or crop "
        "the PSF");
  }
}

TEST(IncoherentImaging, NormBoundIsReachedByAPeriodicObject) {
  const at::Tensor psf = random_normal({2, 6, 8}, at::kDouble, 3);
  const IncoherentImaging model(psf, Boundary::kPeriodic);
  const at::Tensor power = model.transfer()[0].select(1, 0).abs().square().sum(0);
  const std::int64_t peak = power.argmax().item<std::int64_t>();
  at::Tensor wave = at::zeros({1, 1, 6, 5}, at::kComplexDouble);
  wave[0][0][peak / 5][peak % 5].fill_(1.0);
  const at::Tensor v = irfft2(wave, 6, 8);
  const double gain = model.forward(v).norm().item<double>() / v.norm().item<double>();
  EXPECT_NEAR(gain, *model.norm_bound(), 1e-12 * gain);
}

TEST(IncoherentImaging, TransferFunctionsAreThoseOfAPointAtTheCentre) {
  const at::Tensor psf = random_normal({2, 6, 8}, at::kDouble, 3);
  const IncoherentImaging model(psf, Boundary::kPeriodic);
  at::Tensor point = at::zeros({1, 1, 6, 8}, at::kDouble);
  point[0][0][3][4].fill_(1.0);
  EXPECT_TRUE(close_relative(model.forward(point)[0], psf, 1e-13));
  EXPECT_EQ(model.transfer().sizes(), at::IntArrayRef({1, 2, 1, 6, 5}));
}

}  // namespace
}  // namespace parfocal::test
