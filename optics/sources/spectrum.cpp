// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/spectrum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/special_ndtri.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "optics/sources/gauss_quadrature.h"

namespace parfocal::optics {
namespace {

const LeafUnit kNanometre{"nm", 1e-9, Bounds::above(0.0)};

/// Full width at half maximum of a normal distribution of variance 1.
double normal_width() { return 2.0 * std::sqrt(2.0 * std::numbers::ln2); }

/// Means of x ~ N(0, 1) within n bands of equal probability.
at::Tensor means_of_normal_bands(std::int64_t n) {
  const at::Tensor edge =
      at::special_ndtri(at::arange(0, n + 1, at::kDouble) / static_cast<double>(n));
  const at::Tensor density = (edge.square() * -0.5).exp() / std::sqrt(2.0 * std::numbers::pi);
  return (density.narrow(0, 0, n) - density.narrow(0, 1, n)) * static_cast<double>(n);
}

/// In units of the full width at half maximum.
Quadrature lines_of(const Spectrum::Params& params) {
  const std::int64_t n = params.samples;
  const bool gaussian = params.profile == Spectrum::Profile::kGaussian;
  if (params.rule == Spectrum::Rule::kGauss) {
    const Quadrature unit = gaussian ? gauss_hermite(n) : gauss_legendre(n);
    return {unit.x / (gaussian ? normal_width() : 2.0), unit.weight};
  }
  const at::Tensor share = at::full({n}, 1.0 / static_cast<double>(n), at::kDouble);
  if (gaussian) return {means_of_normal_bands(n) / normal_width(), share};
  return {(at::arange(0, n, at::kDouble) + 0.5) / static_cast<double>(n) - 0.5, share};
}

}  // namespace

void Spectrum::Params::describe(Schema<Params>& s) {
  s.summary("A band of colors by lines.");
  s.equation("wavelength_j = wavelength + bandwidth t_j,  shares w_j of the power, sum_j w_j = 1");
  s.citation("G. H. Golub and J. H. Welsch, Math. Comp. 23, 221 (1969)");
  s.key("bandwidth", &Params::bandwidth)
      .required()
      .above(Length::from_m(0.0))
      .trainable("nm")
      .doc("Full width at half maximum of the band.");
  s.choice("profile", &Params::profile,
           {{"gaussian", Profile::kGaussian}, {"flat", Profile::kFlat}})
      .doc("Shape of the band over the wavelength.");
  s.key("samples", &Params::samples)
      .at_least(2)
      .at_most(1000)
      .doc("Number of lines that stand for the band.");
  s.choice("rule", &Params::rule, {{"gauss", Rule::kGauss}, {"equal_area", Rule::kEqualArea}})
      .doc("gauss: exact for smooth dependence on the color; equal_area: lines of equal power.");
}

Spectrum::Spectrum(const BuildContext& context, Length wavelength,
                   const std::optional<Params>& band)
    : path_(context.path),
      wavelength_(context, "wavelength", wavelength, kNanometre),
      offset_(at::zeros({1}, at::kDouble)),
      share_(at::ones({1}, at::kDouble)) {
  if (!band) return;
  bandwidth_ = Trainable(context, "spectrum.bandwidth", band->bandwidth, kNanometre);
  const Quadrature lines = lines_of(*band);
  offset_ = lines.x;
  share_ = lines.weight;
}

std::vector<SpectralLine> Spectrum::lines() const {
  at::Tensor wavelength_m = wavelength_.si().cpu().reshape({1});
  if (bandwidth_.defined()) wavelength_m = wavelength_m + bandwidth_.si().cpu() * offset_;
  const double shortest_m = wavelength_m.min().item<double>();
  if (!(shortest_m > 0.0)) {
    throw UsageError(
        fmt::format("{}.spectrum: has a line at {:.6g} nm, expected wavelengths above 0; take a "
                    "smaller bandwidth or fewer samples",
                    path_, shortest_m * 1e9));
  }
  std::vector<SpectralLine> lines;
  for (std::int64_t j = 0; j < share_.numel(); ++j) lines.push_back({wavelength_m[j], share_[j]});
  return lines;
}

}  // namespace parfocal::optics
