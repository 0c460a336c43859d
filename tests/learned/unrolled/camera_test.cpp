// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/camera.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using imaging::Boundary;
using imaging::IncoherentImaging;
using learned::Camera;
using learned::camera_of;
using lensless::LenslessConvolution;

at::Tensor images(std::int64_t channels, const Shape& grid, std::uint64_t seed) {
  return random_normal({2, channels, grid[1], grid[2]}, at::kDouble, seed);
}

TEST(Camera, OfALenslessModelIsThatModel) {
  for (const auto scene : {lensless::SceneDomain::kPadded, lensless::SceneDomain::kSensor}) {
    LenslessConvolution::Options options;
    options.scene = scene;
    const LenslessConvolution model(random_normal({1, 7, 10}, at::kDouble, 1), options);
    const Camera camera = camera_of(model, "test");
    EXPECT_EQ(camera.domain(), model.domain());
    const at::Tensor v = images(3, model.domain(), 2), y = images(3, model.range(), 3);
    EXPECT_TRUE(close_relative(camera.forward(v), model.forward(v), 1e-14));
    EXPECT_TRUE(close_relative(camera.adjoint(y), model.adjoint(y), 1e-14));
    EXPECT_NEAR(*camera.norm_bound(), *model.norm_bound(), 1e-14 * *model.norm_bound());
  }
}

TEST(Camera, OfSeveralConditionsImagesAnObjectThroughEach) {
  for (const Boundary boundary : {Boundary::kPeriodic, Boundary::kDark}) {
    const at::Tensor psf = random_normal({2, 7, 10}, at::kDouble, 4);
    const IncoherentImaging model(psf, boundary);
    const Camera camera = camera_of(model, "test");
    const at::Tensor v = images(2, camera.domain(), 5), y = images(2, camera.range(), 6);
    const at::Tensor image = camera.forward(v), back = camera.adjoint(y);
    for (std::int64_t k = 0; k < 2; ++k) {
      const IncoherentImaging one(psf.narrow(0, k, 1), boundary);
      EXPECT_TRUE(close_relative(image.narrow(1, k, 1), one.forward(v.narrow(1, k, 1)), 1e-13));
      EXPECT_TRUE(close_relative(back.narrow(1, k, 1), one.adjoint(y.narrow(1, k, 1)), 1e-13));
    }
  }
}

/// Several colors of several images each.
class Crowded final : public Operator, public TransferFunctions {
 public:
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const override { return x; }
  [[nodiscard]] Shape domain() const override { return {2, 4, 4}; }
  [[nodiscard]] Shape range() const override { return {2, 4, 4}; }
  [[nodiscard]] at::ScalarType dtype() const override { return at::kDouble; }
  [[nodiscard]] at::Tensor transfer() const override {
    return random_normal({2, 2, 1, 4, 3}, at::kComplexDouble, 7);
  }
  [[nodiscard]] std::int64_t padded_y() const override { return 4; }
  [[nodiscard]] std::int64_t padded_x() const override { return 4; }
  [[nodiscard]] std::int64_t sensor_y() const override { return 4; }
  [[nodiscard]] std::int64_t sensor_x() const override { return 4; }
};

TEST(Camera, OfSeveralImagesPerColorIsRefused) {
  EXPECT_THROW(static_cast<void>(camera_of(Crowded(), "test")), UsageError);
}

}  // namespace
}  // namespace parfocal::test
