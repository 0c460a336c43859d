// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/speckle.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/fft_fft2.h>
#include <ATen/ops/fft_ifft2.h>
#include <ATen/ops/real.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/optics/sources/source_params.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(256, 256, 0.5e-6, 0.5e-6);

at::Tensor irradiance(const std::string& average) {
  const auto source = source_of(
      "type: speckle, wavelength: 532 nm, grain_size: 3 um, seed: 2, average: " + average);
  const Illumination light = source->illuminate({kGrid, 532e-9});
  return (light.fields.abs().square() * light.weights.reshape({-1, 1, 1})).sum(0);
}

double contrast(const at::Tensor& light) {
  return (light.std(false) / light.mean()).item<double>();
}

TEST(Speckle, ContrastIsOneAndFallsWithTheRootOfTheAverage) {
  EXPECT_NEAR(contrast(irradiance("1")), 1.0, 0.08);
  EXPECT_NEAR(contrast(irradiance("4")), 0.5, 0.04);
}

TEST(Speckle, GrainIsTheWidthOfTheAutocovariance) {
  const at::Tensor light = irradiance("9");
  const at::Tensor spectrum = at::fft_fft2(light - light.mean());
  const at::Tensor covariance = at::real(at::fft_ifft2(spectrum * spectrum.conj()));
  // Half of the maximum at half of 3 um: the third sample.
  EXPECT_NEAR((covariance[0][3] / covariance[0][0]).item<double>(), 0.5, 0.08);
  EXPECT_NEAR((covariance[3][0] / covariance[0][0]).item<double>(), 0.5, 0.08);
}

}  // namespace
}  // namespace parfocal::optics
