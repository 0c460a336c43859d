// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/thin_lens.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/plane.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

constexpr double kWaist = 50e-6;
constexpr double kWavelength = 0.5e-6;
constexpr double kRayleigh = std::numbers::pi * kWaist * kWaist / kWavelength;

const Beam kBeam{Grid::centred(480, 512, 2e-6, 2e-6), kWavelength, 1.0};

/// Waist behind a lens in the waist of a Gaussian beam (B. E. A. Saleh and M. C. Teich,
/// Fundamentals of Photonics, eqs. 3.2-13 to 3.2-15).
struct Waist {
  double distance_m, radius_m;
  explicit Waist(double f) {
    const double ratio = f / kRayleigh;
    distance_m = f / (1.0 + ratio * ratio);
    radius_m = kWaist * ratio / std::sqrt(1.0 + ratio * ratio);
  }
};

/// Squares of the 1/e^2 radii [y, x] from the second moments of the power.
std::array<double, 2> radii_squared(const at::Tensor& field) {
  const at::Tensor power = field.abs().square();
  const at::Tensor y2 = y_coordinates_m(kBeam.grid).square().unsqueeze(1);
  const at::Tensor x2 = x_coordinates_m(kBeam.grid).square();
  const double total = power.sum().item<double>();
  return {4.0 * (power * y2).sum().item<double>() / total,
          4.0 * (power * x2).sum().item<double>() / total};
}

at::Tensor behind(const ThinLens& lens, double distance_m) {
  const at::Tensor beam =
      (radius_squared_m2(kBeam.grid) / (-kWaist * kWaist)).exp().to(at::kComplexDouble);
  const AngularSpectrumOperator gap(kBeam, at::scalar_tensor(distance_m, at::kDouble), {true, 1});
  return gap.forward(lens.apply(beam, kBeam));
}

/// Distance and radius of the waist along one axis, from the parabola w^2(z) through three planes.
Waist measured(const ThinLens& lens, std::size_t axis, double near_m) {
  const double h = 1e-3;
  const double below = radii_squared(behind(lens, near_m - h))[axis];
  const double middle = radii_squared(behind(lens, near_m))[axis];
  const double above = radii_squared(behind(lens, near_m + h))[axis];
  const double slope = (above - below) / (2.0 * h),
               curve = (above - 2.0 * middle + below) / (h * h);
  Waist waist(1.0);
  waist.distance_m = near_m - slope / curve;
  waist.radius_m = std::sqrt(middle - 0.5 * slope * slope / curve);
  return waist;
}

TEST(ThinLens, GaussianBeamHasItsWaistWhereAndAsWideAsTheLensFormulaSays) {
  const Waist expected(8e-3);
  ThinLens::Params params;
  params.focal_length = Length::from_m(8e-3);
  const Waist got = measured(ThinLens(params, {}), 1, expected.distance_m + 0.3e-3);
  EXPECT_NEAR(got.distance_m / expected.distance_m, 1.0, 1e-4);
  EXPECT_NEAR(got.radius_m / expected.radius_m, 1.0, 1e-4);
}

TEST(ThinLens, RowsAndColumnsOfAnAstigmaticLensFocusAtTheirOwnDistances) {
  ThinLens::Params params;
  params.focal_length = Length::from_m(8e-3);
  params.focal_length_y = Length::from_m(11e-3);
  const ThinLens lens(params, {});
  EXPECT_NEAR(measured(lens, 1, 6.4e-3).distance_m / Waist(8e-3).distance_m, 1.0, 1e-4);
  EXPECT_NEAR(measured(lens, 0, 7.4e-3).distance_m / Waist(11e-3).distance_m, 1.0, 1e-4);
}

TEST(ThinLens, ADecentredLensSteersTheBeamThroughItsFocus) {
  ThinLens::Params params;
  params.focal_length = Length::from_m(8e-3);
  params.centre = {Length::from_m(40e-6), Length::from_m(-30e-6)};
  const at::Tensor power = behind(ThinLens(params, {}), 8e-3).abs().square();
  const double total = power.sum().item<double>();
  const auto mean = [&](const at::Tensor& at) { return (power * at).sum().item<double>() / total; };
  EXPECT_NEAR(mean(y_coordinates_m(kBeam.grid).unsqueeze(1)), 40e-6, 4e-9);
  EXPECT_NEAR(mean(x_coordinates_m(kBeam.grid)), -30e-6, 4e-9);
}

TEST(ThinLens, AnUnresolvedPhaseIsASamplingError) {
  ThinLens::Params params;
  params.focal_length = Length::from_m(0.3e-3);
  EXPECT_THROW((void)ThinLens(params, {}).apply(random_complex({480, 512}, 1), kBeam),
               SamplingError);
}

}  // namespace
}  // namespace parfocal::optics
