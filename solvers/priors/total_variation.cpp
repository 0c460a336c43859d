// SPDX-License-Identifier: Apache-2.0
#include "solvers/priors/total_variation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "solvers/data_term.h"

namespace parfocal::solvers {
namespace {

at::Tensor variation(const Differences& d, TvKind kind) {
  if (kind == TvKind::kAnisotropic) return d.y.abs() + d.x.abs();
  return (d.y * d.y + d.x * d.x).sqrt();
}

/// Nearest dual variable of modulus <= 1.
Differences project(const Differences& p, TvKind kind) {
  if (kind == TvKind::kAnisotropic) return {p.y.clamp(-1, 1), p.x.clamp(-1, 1)};
  const at::Tensor modulus = (p.y * p.y + p.x * p.x).sqrt().clamp_min(1);
  return {p.y / modulus, p.x / modulus};
}

}  // namespace

void TotalVariation::describe(Schema<Params>& s) {
  s.summary("Total variation: the image changes in few places.");
  s.equation(
      "anisotropic: R(v) = weight sum |D1 v| + |D2 v|;  isotropic: weight sum sqrt((D1 v)^2 + (D2 "
      "v)^2)");
  s.citation("L. Rudin, S. Osher, E. Fatemi, Physica D 60, 259 (1992)");
  s.citation("A. Beck, M. Teboulle, IEEE Trans. Image Process. 18, 2419 (2009): prox");
  s.convention(
      "The weight is absolute, in units of data term / object: it follows the data's scale.");
  s.choice("kind", &Params::kind,
           {{"anisotropic", TvKind::kAnisotropic}, {"isotropic", TvKind::kIsotropic}})
      .doc("Sum of moduli, or modulus of the gradient.");
  s.key("weight", &Params::weight).at_least(0.0).doc("Weight of the term.");
  s.choice("boundary", &Params::boundary,
           {{"circular", DifferenceBoundary::kCircular}, {"open", DifferenceBoundary::kOpen}})
      .doc("Whether the last pixel is a neighbour of the first.");
  s.key("prox_accuracy", &Params::prox_accuracy)
      .above(0.0)
      .doc("Relative accuracy of the prox, where a solver needs it.");
  s.key("prox_iterations", &Params::prox_iterations)
      .at_least(1)
      .doc("Limit of inner iterations of the prox; not reaching the accuracy is an error.");
}

at::Tensor TotalVariation::value(const at::Tensor& v) const {
  return sum_per_item(variation(differences(v, params_.boundary), params_.kind)) * params_.weight;
}

at::Tensor TotalVariation::prox(const at::Tensor& v, double step) const {
  return fast_gradient_projection(v, step * params_.weight, false);
}

at::Tensor TotalVariation::prox_non_negative(const at::Tensor& v, double step) const {
  return fast_gradient_projection(v, step * params_.weight, true);
}

at::Tensor TotalVariation::fast_gradient_projection(const at::Tensor& v, double threshold,
                                                    bool non_negative) const {
  if (v.size(0) > 1) {  // Each item stops by its own duality gap.
    std::vector<at::Tensor> items;
    for (std::int64_t i = 0; i < v.size(0); ++i) {
      items.push_back(fast_gradient_projection(v.narrow(0, i, 1), threshold, non_negative));
    }
    return at::cat(items);
  }
  const auto feasible = [&](const at::Tensor& w) { return non_negative ? w.clamp_min(0) : w; };
  if (threshold == 0.0) return feasible(v);
  const DifferenceBoundary boundary = params_.boundary;
  const at::Tensor allowed =
      sum_per_item(v * v) * (0.5 * params_.prox_accuracy * params_.prox_accuracy);
  Differences p{at::zeros_like(v), at::zeros_like(v)};
  Differences q = p;
  double momentum = 1.0;
  constexpr std::int64_t kGapEvery = 10;

  for (std::int64_t i = 1; i <= params_.prox_iterations; ++i) {
    // One projected step of length 1 / |D|^2 = 1/8 on the dual.
    const at::Tensor inner = feasible(v - threshold * differences_adjoint(q, boundary));
    const Differences step = differences(inner, boundary);
    const double length = 1.0 / (8.0 * threshold);
    const Differences next = project({q.y + length * step.y, q.x + length * step.x}, params_.kind);
    const double grown = (1.0 + std::sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0;
    const double beta = (momentum - 1.0) / grown;
    q = {next.y + beta * (next.y - p.y), next.x + beta * (next.x - p.x)};
    p = next;
    momentum = grown;
    if (i % kGapEvery != 0 && i != params_.prox_iterations) continue;

    // 1/2 |w - w*|^2 <= primal - dual.
    const at::Tensor free = v - threshold * differences_adjoint(p, boundary);
    const at::Tensor w = feasible(free);
    const at::Tensor tv =
        sum_per_item(variation(differences(w, boundary), params_.kind)) * threshold;
    const at::Tensor pairing = sum_per_item(w * (v - free));
    const at::Tensor gap = tv - pairing;
    if (gap.le(allowed).all().item<bool>()) return w;
  }
  throw NumericError("total_variation: the prox did not reach prox_accuracy = " +
                     std::to_string(params_.prox_accuracy) + " in " +
                     std::to_string(params_.prox_iterations) +
                     " iterations; raise prox_iterations or prox_accuracy");
}

}  // namespace parfocal::solvers
