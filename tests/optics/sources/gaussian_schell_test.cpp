// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/gaussian_schell.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <gtest/gtest.h>

#include <cmath>

#include "optics/plane.h"
#include "tests/optics/propagation/waves.h"
#include "tests/optics/sources/source_from_yaml.h"
#include "tests/support/matchers.h"

namespace parfocal::optics {
namespace {

const std::string kType = "type: gaussian_schell, wavelength: 532 nm, ";

/// W(x_1, x_2) along one axis by its formula.
at::Tensor formula(const at::Tensor& x, double waist_m, double coherence_m) {
  const at::Tensor first = x.unsqueeze(1), second = x.unsqueeze(0);
  return (-(first.square() + second.square()) / (waist_m * waist_m) -
          (first - second).square() / (2.0 * coherence_m * coherence_m))
      .exp();
}

TEST(GaussianSchell, ModesRebuildTheMutualIntensity) {
  const Grid grid = Grid::centred(9, 11, 1.1e-6, 1.3e-6);
  const auto source = source_from_yaml(
      kType + "waist: 6 um, waist_y: 5 um, coherence: 4 um, coherence_y: 3 um, tolerance: 1e-12");
  const at::Tensor got = mutual_intensity(source->illuminate(beam_on(grid)));
  const at::Tensor in_y = formula(y_coordinates_m(grid), 5e-6, 3e-6);
  const at::Tensor in_x = formula(x_coordinates_m(grid), 6e-6, 4e-6);
  const at::Tensor expected = (in_y.reshape({9, 1, 9, 1}) * in_x.reshape({1, 11, 1, 11}))
                                  .reshape({99, 99})
                                  .to(at::kComplexDouble);
  // The power left out is 1e-12; it may gather where it counts a thousand times more.
  EXPECT_TRUE(test::close(got, expected, 1e-9));
}

// Brute force: eigenvalues of the mutual intensity on a fine line. The trapezoidal sum of smooth
// functions that vanish at the ends is exact to rounding.
TEST(GaussianSchell, WeightsAreTheEigenvaluesOfTheMutualIntensity) {
  const Grid line = Grid::centred(1, 501, 1e-6, 0.1e-6);
  const at::Tensor matrix = formula(x_coordinates_m(line), 6e-6, 4e-6);
  const at::Tensor eigenvalues =
      at::linalg_eigvalsh(matrix).flip(0).narrow(0, 0, 8) / matrix.trace().item<double>();
  const auto source = source_from_yaml(
      kType + "waist: 6 um, waist_y: 5 um, coherence: 4 um, coherence_y: 1000 m, tolerance: 1e-7");
  const at::Tensor weights = source->illuminate(beam_on(line)).weights.narrow(0, 0, 8);
  EXPECT_TRUE(test::close(weights, eigenvalues, 1e-9));
}

TEST(GaussianSchell, KeepsThePowerButForTheTolerance) {
  const Beam beam = beam_on(Grid::centred(8, 8, 1e-6, 1e-6));
  std::int64_t before = 0;
  for (const char* tolerance : {"0.1", "1e-2", "1e-3"}) {
    const auto light = source_from_yaml(kType + "waist: 6 um, waist_y: 5 um, coherence: 4 um, " +
                                        "tolerance: " + tolerance)
                           ->illuminate(beam);
    const double left_out = 1.0 - light.weights.sum().item<double>();
    EXPECT_LE(left_out, std::stod(tolerance));
    EXPECT_GT(light.weights.numel(), before);
    before = light.weights.numel();
  }
}

TEST(GaussianSchell, IsOneGaussianWhereItIsCoherent) {
  const Grid grid = Grid::centred(20, 24, 1e-6, 1e-6);
  const auto light =
      source_from_yaml(kType + "waist: 6 um, coherence: 1000 m")->illuminate(beam_on(grid));
  ASSERT_EQ(light.weights.numel(), 1);
  EXPECT_TRUE(test::close(light.fields[0], gaussian_beam(grid, 532e-9, 6e-6, 0.0), 1e-8));
}

TEST(GaussianSchell, RefusesTooManyModesAndCoarseSamples) {
  const Beam beam = beam_on(Grid::centred(8, 8, 3e-6, 3e-6));
  EXPECT_EQ(error_of_light(kType + "waist: 100 um, coherence: 1 um", beam),
            "optics.light.tolerance = 0.001: needs more than 2000 modes, the limit; raise "
            "tolerance or coherence");
  EXPECT_NE(error_of_light(kType + "waist: 6 um, coherence: 2 um", beam)
                .find("is not resolved by samples of pitch 3 um, limit"),
            std::string::npos);
  EXPECT_NE(
      mistake_in(kType + "waist: 0 um, coherence: 1 um").find("waist = \"0 um\" must be above 0"),
      std::string::npos);
}

}  // namespace
}  // namespace parfocal::optics
