// SPDX-License-Identifier: Apache-2.0
#include "solvers/priors/quadratic.h"

#include <ATen/TensorOperators.h>

#include "solvers/data_term.h"

namespace parfocal::solvers {

void Quadratic::describe(Schema<Params>& s) {
  s.summary("The object stays near a level: the ridge of regularised least squares.");
  s.equation("R(v) = weight / 2 |v - level|^2");
  s.citation("A. E. Hoerl, R. W. Kennard, Technometrics 12, 55 (1970)");
  s.gradient("exact");
  s.key("weight", &Params::weight)
      .at_least(0.0)
      .doc("Weight of the term, in units of data term / object^2.");
  s.key("level", &Params::level).doc("What the object is drawn to, in its own unit.");
}

at::Tensor Quadratic::value(const at::Tensor& v) const {
  return sum_per_item((v - params_.level).square()) * (0.5 * params_.weight);
}

at::Tensor Quadratic::gradient(const at::Tensor& v) const {
  return (v - params_.level) * params_.weight;
}

at::Tensor Quadratic::prox(const at::Tensor& v, double step) const {
  const double pull = step * params_.weight;
  return (v + pull * params_.level) / (1.0 + pull);
}

}  // namespace parfocal::solvers
