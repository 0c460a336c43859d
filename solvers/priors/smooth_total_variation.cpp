// SPDX-License-Identifier: Apache-2.0
#include "solvers/priors/smooth_total_variation.h"

#include <ATen/TensorOperators.h>

#include "solvers/data_term.h"

namespace parfocal::solvers {

void SmoothTotalVariation::describe(Schema<Params>& s) {
  s.summary("Total variation with its kink rounded off, so that it has a gradient everywhere.");
  s.equation(
      "R(v) = weight sum sqrt(|D v|^2 + delta^2) - delta, |D v| the modulus of the gradient "
      "(isotropic) or of each difference (anisotropic)");
  s.citation("P. Charbonnier et al., IEEE Trans. Image Process. 6, 298 (1997)");
  s.convention("Weight and delta are absolute: they follow the scale of data and object.");
  s.gradient("exact");
  s.choice("kind", &Params::kind,
           {{"anisotropic", TvKind::kAnisotropic}, {"isotropic", TvKind::kIsotropic}})
      .doc("Sum of moduli, or modulus of the gradient.");
  s.key("weight", &Params::weight).at_least(0.0).doc("Weight of the term.");
  s.key("delta", &Params::delta)
      .above(0.0)
      .doc("Difference below which the term is a parabola, in the unit of the object.");
  s.choice("boundary", &Params::boundary,
           {{"circular", DifferenceBoundary::kCircular}, {"open", DifferenceBoundary::kOpen}})
      .doc("Whether the last pixel is a neighbour of the first.");
}

at::Tensor SmoothTotalVariation::value(const at::Tensor& v) const {
  const Differences d = differences(v, params_.boundary);
  const double delta = params_.delta, floor = delta * delta;
  if (params_.kind == TvKind::kIsotropic) {
    return sum_per_item((d.y * d.y + d.x * d.x + floor).sqrt() - delta) * params_.weight;
  }
  return sum_per_item((d.y * d.y + floor).sqrt() + (d.x * d.x + floor).sqrt() - 2.0 * delta) *
         params_.weight;
}

at::Tensor SmoothTotalVariation::gradient(const at::Tensor& v) const {
  const Differences d = differences(v, params_.boundary);
  const double floor = params_.delta * params_.delta;
  at::Tensor y = d.y * d.y, x = d.x * d.x;
  if (params_.kind == TvKind::kIsotropic) y = x = y + x;
  return differences_adjoint({d.y / (y + floor).sqrt(), d.x / (x + floor).sqrt()},
                             params_.boundary) *
         params_.weight;
}

}  // namespace parfocal::solvers
