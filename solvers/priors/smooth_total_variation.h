// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "solvers/differences.h"
#include "solvers/prior.h"
#include "solvers/priors/total_variation.h"

namespace parfocal::solvers {

/// Total variation with its kink rounded off, so that it has a gradient everywhere.
///
///   anisotropic:  R(v) = weight sum h(D1 v) + h(D2 v),   h(t) = sqrt(t^2 + delta^2) - delta
///   isotropic:    R(v) = weight sum h(sqrt((D1 v)^2 + (D2 v)^2))
///
/// P. Charbonnier et al., IEEE Trans. Image Process. 6, 298 (1997), the pseudo-Huber function.
///
/// Convention: differences as in `solvers/differences.h`, over p_y and p_x, not over channels.
/// Layout:     v [batch, channel, p_y, p_x].
/// Units:      delta in the unit of the object; weight in units of data term / object.
/// Invariants: for delta -> 0 it is TotalVariation; the curvature is at most 8 weight / delta.
/// Tested by:  tests/solvers/smooth_priors_test.cpp.
class SmoothTotalVariation : public Prior {
 public:
  struct Params {
    TvKind kind = TvKind::kIsotropic;
    double weight = 1e-4;
    double delta = 1e-2;
    DifferenceBoundary boundary = DifferenceBoundary::kCircular;
  };
  static void describe(Schema<Params>& s);

  explicit SmoothTotalVariation(const Params& params) : params_(params) {}
  SmoothTotalVariation(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::string name() const override { return "smooth_total_variation"; }
  [[nodiscard]] bool has_value() const override { return true; }
  [[nodiscard]] bool has_gradient() const override { return true; }
  [[nodiscard]] at::Tensor value(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& v) const override;
  [[nodiscard]] double curvature() const override { return 8.0 * params_.weight / params_.delta; }

 private:
  Params params_;
};

}  // namespace parfocal::solvers
