// SPDX-License-Identifier: Apache-2.0
#include "optics/materials/material.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/sqrt.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <span>

#include "core/check.h"
#include "core/error.h"
#include "optics/length_text.h"

namespace parfocal::optics {
namespace {

struct SellmeierTerm {
  double strength = 0.0;       ///< B
  double resonance_um2 = 0.0;  ///< C
};

/// Terms of strength 0 are absent. A material has either a Sellmeier or a Cauchy formula.
struct Dispersion {
  Material material;
  const char* name;
  const char* source;
  double shortest_m, longest_m;
  std::array<SellmeierTerm, 4> sellmeier;
  std::array<double, 3> cauchy;  ///< A, B in um^2, C in um^4
};

constexpr double squared(double value) { return value * value; }

constexpr Dispersion kCatalogue[] = {
    {Material::kFusedSilica,
     "fused_silica",
     "I. H. Malitson, J. Opt. Soc. Am. 55, 1205 (1965)",
     0.21e-6,
     3.71e-6,
     {{{0.6961663, squared(0.0684043)},
       {0.4079426, squared(0.1162414)},
       {0.8974794, squared(9.896161)}}},
     {}},
    {Material::kNBk7,
     "n_bk7",
     "SCHOTT, data sheet of N-BK7",
     0.31e-6,
     2.5e-6,
     {{{1.03961212, 0.00600069867}, {0.231792344, 0.0200179144}, {1.01046945, 103.560653}}},
     {}},
    {Material::kNSf11,
     "n_sf11",
     "SCHOTT, data sheet of N-SF11",
     0.37e-6,
     2.5e-6,
     {{{1.73759695, 0.013188707}, {0.313747346, 0.0623068142}, {1.89878101, 155.23629}}},
     {}},
    {Material::kNoa61,
     "noa61",
     "Norland Products, data sheet of NOA 61 (cured)",
     0.4e-6,
     1.0e-6,
     {},
     {1.5375, 0.00829045, -0.000211046}},
    {Material::kWater,
     "water",
     "M. Daimon and A. Masumura, Applied Optics 46, 3811 (2007), 20 degC",
     0.19e-6,
     1.12e-6,
     {{{0.5684027565, 5.101829712e-3},
       {0.1726177391, 1.821153936e-2},
       {0.02086189578, 2.620722293e-2},
       {0.1130748688, 10.69792721}}},
     {}}};

const Dispersion& entry(Material material) {
  for (const Dispersion& candidate : kCatalogue) {
    if (candidate.material == material) return candidate;
  }
  throw LogicError("material: not in the catalogue");
}

/// Both formulas, for a number or a tensor of w^2 in um^2.
template <class T>
T index_of(const Dispersion& dispersion, const T& squared_um2) {
  using at::sqrt;
  using std::sqrt;
  if (dispersion.cauchy[0] != 0.0) {
    const T inverse = 1.0 / squared_um2;
    return (inverse * dispersion.cauchy[2] + dispersion.cauchy[1]) * inverse + dispersion.cauchy[0];
  }
  T sum = squared_um2 * 0.0 + 1.0;
  for (const SellmeierTerm& term : dispersion.sellmeier) {
    sum = sum + term.strength * squared_um2 / (squared_um2 - term.resonance_um2);
  }
  return sqrt(sum);
}

void check_range(const Dispersion& dispersion, double wavelength_m, const std::string& path) {
  if (wavelength_m >= dispersion.shortest_m && wavelength_m <= dispersion.longest_m) return;
  throw SamplingError(fmt::format(
      "{}material = {}: wavelength {} is outside {} .. {}, where its index is known; give index "
      "instead",
      path.empty() ? path : path + ".", dispersion.name, length_text(wavelength_m),
      length_text(dispersion.shortest_m), length_text(dispersion.longest_m)));
}

}  // namespace

double refractive_index(Material material, double wavelength_m, const std::string& path) {
  const Dispersion& dispersion = entry(material);
  check_range(dispersion, wavelength_m, path);
  return index_of(dispersion, wavelength_m * wavelength_m * 1e12);
}

at::Tensor refractive_index(Material material, const at::Tensor& wavelength_m,
                            const std::string& path) {
  const Dispersion& dispersion = entry(material);
  const at::Tensor known = wavelength_m.detach();
  check_range(dispersion, known.min().item<double>(), path);
  check_range(dispersion, known.max().item<double>(), path);
  return index_of<at::Tensor>(dispersion, wavelength_m.to(at::kDouble).square() * 1e12);
}

std::string material_name(Material material) { return entry(material).name; }

std::string material_source(Material material) { return entry(material).source; }

std::vector<std::pair<std::string, std::optional<Material>>> material_words() {
  std::vector<std::pair<std::string, std::optional<Material>>> words;
  for (const Dispersion& dispersion : kCatalogue) {
    words.emplace_back(dispersion.name, dispersion.material);
  }
  return words;
}

}  // namespace parfocal::optics
