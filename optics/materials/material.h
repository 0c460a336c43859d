// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parfocal::optics {

/// The materials of the catalogue.
enum class Material { kFusedSilica, kNBk7, kNSf11, kNoa61, kWater };

/// Refractive index of a material at a wavelength in vacuum.
///
///   Sellmeier:  n^2 - 1 = sum_i B_i w^2 / (w^2 - C_i)          w = wavelength in um
///   Cauchy:     n = A + B / w^2 + C / w^4
///
/// W. Sellmeier, Ann. Phys. Chem. 219, 272 (1871); the source of each set of coefficients stands
/// beside it in the catalogue.
/// Convention: glasses and adhesive relative to air, as their makers measure; water relative to
///             vacuum; at room temperature.
/// Precision:  float64.
/// Invariants: the tensor form equals the scalar form and is differentiable in the wavelength.
/// Errors:     SamplingError, with the `path` of the component that asks, outside the wavelengths
///             for which the formula was measured.
/// Tested by:  tests/optics/materials/material_test.cpp.
[[nodiscard]] double refractive_index(Material material, double wavelength_m,
                                      const std::string& path = "");
[[nodiscard]] at::Tensor refractive_index(Material material, const at::Tensor& wavelength_m,
                                          const std::string& path = "");

/// The word of a material in an experiment: "fused_silica".
[[nodiscard]] std::string material_name(Material material);
/// Who published the coefficients.
[[nodiscard]] std::string material_source(Material material);
/// The words of all materials, for a key that may be absent.
[[nodiscard]] std::vector<std::pair<std::string, std::optional<Material>>> material_words();

}  // namespace parfocal::optics
