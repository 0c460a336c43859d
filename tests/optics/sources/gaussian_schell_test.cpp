// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/gaussian_schell.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/optics/sources/source_params.h"

namespace parfocal::optics {
namespace {

TEST(GaussianSchell, ModesRebuildTheMutualIntensityOfTheClosedForm) {
  const Grid grid = Grid::centred(1, 81, 0.5e-6, 0.5e-6);
  const auto source = source_of(
      "type: gaussian_schell, wavelength: 532 nm, waist: 8 um, coherence: 5 um, tolerance: 1e-8");
  const Illumination light = source->illuminate({grid, 532e-9});
  const at::Tensor row = light.fields.select(1, 0);
  for (const auto& [i, j] : {std::pair{40, 40}, {30, 50}, {44, 52}, {20, 38}}) {
    const auto w = (row.select(1, i).conj() * row.select(1, j) * light.weights).sum();
    const double x1 = grid.x_m(i) * 1e6, x2 = grid.x_m(j) * 1e6;
    const double expected =
        std::exp(-(x1 * x1 + x2 * x2) / 64 - (x1 - x2) * (x1 - x2) / (2 * 25.0));
    EXPECT_NEAR(w.abs().item<double>(), expected, 1e-6) << i << " " << j;
  }
}

}  // namespace
}  // namespace parfocal::optics
