// SPDX-License-Identifier: Apache-2.0
#include "optics/optical_train.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {
namespace {

const Grid kLight = Grid::centred(16, 20, 2e-6, 2e-6);

std::string message_of(const std::string& yaml) {
  const auto block = optics_block(yaml);
  try {
    const OpticalTrain train(context_with(block, kLight), kLight);
    (void)train.waves_after("lens");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(OpticalTrain, IrradianceIsADensityWhateverTheSamplesBehind) {
  const auto block = optics_block(
      "light: {type: plane_wave, wavelength: 532 nm}\n"
      "far: {type: fraunhofer, distance: 10 mm, geometry: lens}\n");
  const OpticalTrain train(context_with(block, kLight), kLight);
  const std::vector<Wave> waves = train.waves();
  const Grid& behind = waves.at(0).beam.grid;
  EXPECT_NEAR(behind.pitch_x_m, 532e-9 * 10e-3 / (20 * 2e-6), 1e-15);
  const double power =
      train.irradiance(waves).sum().item<double>() * behind.pitch_y_m * behind.pitch_x_m;
  EXPECT_NEAR(power, 16 * 20 * 4e-12, 1e-20);
}

TEST(OpticalTrain, NamesWhatIsMissingInTheBlock) {
  EXPECT_EQ(message_of("stop: {type: circular_aperture, diameter: 9 um}"),
            "optics.stop: no light reaches it; put a source (plane_wave, ...) first in the block");
  EXPECT_EQ(message_of("a: {type: plane_wave, wavelength: 1 um}\n"
                       "b: {type: plane_wave, wavelength: 1 um}"),
            "optics.b: is a second source; one stands in the block");
  EXPECT_EQ(message_of("a: {type: plane_wave, wavelength: 1 um}\n"
                       "stop: {type: circular_aperture, diameter: 9 um}"),
            "views.screen = lens: no such element in optics; there are: stop");
}

}  // namespace
}  // namespace parfocal::optics
