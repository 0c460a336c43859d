// SPDX-License-Identifier: Apache-2.0
#include "optics/pupils/pupil_imaging.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/fft_fft2.h>
#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "optics/propagation/gap.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

constexpr double kWavelength = 600e-9;
constexpr std::int64_t kPeriod = 80;  // Samples of the whole transform.

/// An oil objective on water, its pupil sampled so that a pixel of 120 nm x 100 nm has a period of 80.
struct Microscope {
  ScalarPupil pupil;
  MaskPlane plane;
  Grid window;

  explicit Microscope(std::int64_t n_y = 21, std::int64_t n_x = 24)
      : pupil(params(), BuildContext{}), window(Grid::centred(n_y, n_x, 120e-9, 100e-9)) {
    plane.focal_length_m = 0.15;
    plane.magnification = 60;
    const auto pitch = [&](double pixel_m) {
      return kWavelength * plane.focal_length_m /
             (static_cast<double>(kPeriod) * pixel_m * plane.magnification);
    };
    plane.pitch_m = {pitch(window.pitch_y_m), pitch(window.pitch_x_m)};
  }

  static ScalarPupil::Params params() {
    ScalarPupil::Params p;
    p.na = 1.4;
    p.index_immersion = 1.518;
    p.index_sample = 1.33;
    p.nominal_focus = Length::from_m(1e-6);
    p.noll = {5, 8};
    p.aberrations = {Angle::from_rad(0.4), Angle::from_rad(-0.3)};
    p.apodization = ScalarPupil::Apodization::kSineCondition;
    return p;
  }

  [[nodiscard]] PupilImaging imaging() const {
    return {pupil, kWavelength, plane, window, at::kDouble};
  }
};

at::Tensor one(double value) { return at::full({1}, value, at::kDouble); }

/// Everything by one plain transform of the padded pupil: mask, depth and place as phases.
at::Tensor by_fft(const Microscope& scope, const PupilImaging& imaging, const at::Tensor& mask,
                  double y_m, double x_m, double z_m) {
  const Grid& grid = imaging.mask_grid();
  const double step_y = 1.0 / (kPeriod * scope.window.pitch_y_m);
  const double step_x = 1.0 / (kPeriod * scope.window.pitch_x_m);
  const auto f = [](std::int64_t n, double step) {
    return (at::arange(n, at::kDouble) - static_cast<double>(n / 2)) * step;
  };
  const MaskPlaneFrequencies samples{f(grid.n_y, step_y), f(grid.n_x, step_x)};
  const auto scalar = [](double v) { return at::scalar_tensor(v, at::kDouble); };
  const at::Tensor pupil =
      scope.pupil.at(samples, scalar(kWavelength), {scalar(y_m), scalar(x_m), scalar(z_m)}) * mask;
  at::Tensor padded = at::zeros({kPeriod, kPeriod}, at::kComplexDouble);
  padded.narrow(0, 0, grid.n_y).narrow(1, 0, grid.n_x).copy_(pupil);
  const at::Tensor power =
      at::fft_fft2(padded.roll({-(grid.n_y / 2), -(grid.n_x / 2)}, {0, 1})).abs().square();
  const double entering =
      scope.pupil.amplitude(samples, scalar(kWavelength)).square().sum().item<double>();
  return power / (entering * kPeriod * kPeriod);
}

at::Tensor mask_for(const PupilImaging& imaging) {
  const Grid& grid = imaging.mask_grid();
  return unit_phasor(random_real({grid.n_y, grid.n_x}, 3));
}

TEST(PupilImaging, IsThePlainTransformOfPupilMaskAndPlace) {
  const Microscope scope;
  const PupilImaging imaging = scope.imaging();
  const at::Tensor mask = mask_for(imaging);
  const double y = 4.3 * 120e-9, x = 7.9 * 100e-9, z = 0.7e-6;
  const auto images = imaging.images(imaging.pupil() * mask, one(y), one(x), one(z), true);
  const at::Tensor whole = by_fft(scope, imaging, mask, y, x, z);
  EXPECT_LE(relative_error(images.value[0], whole.narrow(0, 0, 21).narrow(1, 0, 24)), 1e-12);
  EXPECT_NEAR(whole.sum().item<double>(), 1.0, 1e-12) << "a pure phase loses no light";
}

TEST(PupilImaging, SlopesAreThoseOfThePlainTransform) {
  const Microscope scope;
  const PupilImaging imaging = scope.imaging();
  const at::Tensor mask = mask_for(imaging);
  const double y = 11.2 * 120e-9, x = 12.4 * 100e-9, z = 0.9e-6, h = 1e-9;
  const auto images = imaging.images(imaging.pupil() * mask, one(y), one(x), one(z), true);
  const auto slope = [&](double dy, double dx, double dz) {
    const auto at = [&](double t) {
      return by_fft(scope, imaging, mask, y + t * dy, x + t * dx, z + t * dz)
          .narrow(0, 0, 21)
          .narrow(1, 0, 24);
    };
    // Fourth order: the steps stay where rounding is small.
    return ((at(h) - at(-h)) * 8.0 - (at(2 * h) - at(-2 * h))) / (12.0 * h);
  };
  EXPECT_LE(relative_error(images.along_y[0], slope(1, 0, 0)), 1e-6);
  EXPECT_LE(relative_error(images.along_x[0], slope(0, 1, 0)), 1e-6);
  EXPECT_LE(relative_error(images.along_z[0], slope(0, 0, 1)), 1e-6);
}

TEST(PupilImaging, AStepOfAPixelMovesTheImageByThatPixel) {
  const Microscope scope;
  const PupilImaging imaging = scope.imaging();
  const at::Tensor masked = imaging.pupil() * mask_for(imaging);
  const at::Tensor y = at::tensor(std::vector<double>{9.0, 10.0}, at::kDouble) * 120e-9;
  const at::Tensor x = at::tensor(std::vector<double>{11.0, 9.0}, at::kDouble) * 100e-9;
  const at::Tensor h = imaging.images(masked, y, x, one(1e-6).expand({2}), false).value;
  EXPECT_LE(relative_error(h[1].narrow(0, 1, 20).narrow(1, 0, 22),
                           h[0].narrow(0, 0, 20).narrow(1, 2, 22)),
            1e-12);
}

TEST(PupilImaging, TheMaskPlaneHoldsTheLightThatLeavesTheSample) {
  const Microscope scope;
  const Grid grid = scope.imaging().mask_grid();
  // lambda f = 1.33 at the rim: light at a steeper angle does not get out of water.
  EXPECT_EQ(grid.n_y, 2 * static_cast<std::int64_t>(std::floor(1.33 / 600e-9 * 80 * 120e-9)) + 1);
  EXPECT_EQ(grid.n_x, 2 * static_cast<std::int64_t>(std::floor(1.33 / 600e-9 * 80 * 100e-9)) + 1);
  EXPECT_EQ(grid.pitch_y_m, scope.plane.pitch_m[0]);
  EXPECT_LT(scope.imaging().aliased_share(1e-6), 0.01);
  EXPECT_GT(scope.imaging().aliased_share(30e-6), 0.3);
}

}  // namespace
}  // namespace parfocal::optics
