// SPDX-License-Identifier: Apache-2.0
#include "optics/materials/material.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace parfocal::optics {
namespace {

constexpr double kF = 486.1327e-9, kD = 587.5618e-9, kC = 656.2725e-9;

double abbe_number(Material material) {
  return (refractive_index(material, kD) - 1.0) /
         (refractive_index(material, kF) - refractive_index(material, kC));
}

struct Published {
  Material material;
  double index_460, index_550, index_640, abbe, wave_height_um;
};

// Indices to five digits, so to half a unit of the last one.
TEST(Material, HasThePublishedIndicesAbbeNumbersAndHeightsOfOneWave) {
  for (const Published& known :
       {Published{Material::kFusedSilica, 1.46483, 1.45991, 1.45681, 67.8, 1.1959},
        Published{Material::kNBk7, 1.52443, 1.51852, 1.51485, 64.17, 1.0607},
        Published{Material::kNoa61, 1.57197, 1.56260, 1.55648, 42.4, 0.9776}}) {
    SCOPED_TRACE(material_name(known.material));
    EXPECT_NEAR(refractive_index(known.material, 460e-9), known.index_460, 5.1e-6);
    EXPECT_NEAR(refractive_index(known.material, 550e-9), known.index_550, 5.1e-6);
    EXPECT_NEAR(refractive_index(known.material, 640e-9), known.index_640, 5.1e-6);
    EXPECT_NEAR(abbe_number(known.material), known.abbe, 0.06);
    EXPECT_NEAR(0.55 / (refractive_index(known.material, 550e-9) - 1.0), known.wave_height_um,
                5.1e-5);
  }
}

TEST(Material, NSf11HasTheIndexAndTheAbbeNumberOfItsDataSheet) {
  EXPECT_NEAR(refractive_index(Material::kNSf11, kD), 1.78472, 5e-6);
  EXPECT_NEAR(abbe_number(Material::kNSf11), 25.68, 0.005);
}

// CRC Handbook: 1.33299 in air of index 1.00027 at 589.3 nm and 20 degC.
TEST(Material, WaterHasItsIndexAtTheSodiumLines) {
  EXPECT_NEAR(refractive_index(Material::kWater, 589.3e-9), 1.33299 * 1.00027, 1e-5);
}

TEST(Material, TensorsHaveTheIndexAndTheSlopeOfNumbers) {
  const at::Tensor wavelength =
      at::tensor({460e-9, 532e-9, 780e-9}, at::kDouble).requires_grad_(true);
  for (const auto& [name, material] : material_words()) {
    SCOPED_TRACE(name);
    const at::Tensor index = refractive_index(*material, wavelength);
    wavelength.mutable_grad() = at::Tensor();
    index.sum().backward();
    for (std::int64_t i = 0; i < 3; ++i) {
      const double at_m = wavelength[i].item<double>(), h = 1e-11;
      EXPECT_DOUBLE_EQ(index[i].item<double>(), refractive_index(*material, at_m));
      const double slope =
          (refractive_index(*material, at_m + h) - refractive_index(*material, at_m - h)) / (2 * h);
      EXPECT_NEAR(wavelength.grad()[i].item<double>() / slope, 1.0, 1e-5);
    }
  }
}

TEST(Material, IsNamedAndNamesItsSource) {
  EXPECT_EQ(material_words().size(), 5U);
  EXPECT_EQ(material_name(Material::kFusedSilica), "fused_silica");
  EXPECT_NE(material_source(Material::kFusedSilica).find("Malitson"), std::string::npos);
}

TEST(Material, WavelengthsOutsideTheMeasurementAreASamplingError) {
  try {
    (void)refractive_index(Material::kNBk7, 10.6e-6, "optics.mask");
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(
        error.what(),
        "optics.mask.material = n_bk7: wavelength 10.6 um is outside 310 nm .. 2.5 um, where "
        "its index is known; give index instead");
  }
  EXPECT_THROW((void)refractive_index(Material::kNoa61, at::tensor({500e-9, 0.0}, at::kDouble)),
               SamplingError);
}

}  // namespace
}  // namespace parfocal::optics
