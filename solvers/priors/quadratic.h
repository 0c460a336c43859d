// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "solvers/prior.h"

namespace parfocal::solvers {

/// The object stays near a level: the ridge of regularised least squares.
///
///   R(v) = weight / 2 |v - level|^2;   prox(v) = (v + step weight level) / (1 + step weight)
///
/// A. E. Hoerl, R. W. Kennard, Technometrics 12, 55 (1970).
/// Layout:     v [batch, channel, p_y, p_x].
/// Units:      level in the unit of the object, weight in units of data term / object^2.
/// Invariants: the curvature is `weight` in every direction.
/// Tested by:  tests/solvers/smooth_priors_test.cpp.
class Quadratic : public Prior {
 public:
  struct Params {
    double weight = 1e-3;
    double level = 0.0;
  };
  static void describe(Schema<Params>& s);

  explicit Quadratic(const Params& params) : params_(params) {}
  Quadratic(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::string name() const override { return "quadratic"; }
  [[nodiscard]] bool has_value() const override { return true; }
  [[nodiscard]] bool has_gradient() const override { return true; }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] at::Tensor value(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double step) const override;
  [[nodiscard]] double curvature() const override { return params_.weight; }

  [[nodiscard]] const Params& params() const { return params_; }

 private:
  Params params_;
};

}  // namespace parfocal::solvers
