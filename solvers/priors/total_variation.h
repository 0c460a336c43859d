// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "solvers/differences.h"
#include "solvers/prior.h"

namespace parfocal::solvers {

enum class TvKind { kAnisotropic, kIsotropic };

/// Total variation: the image changes in few places.
///
///   anisotropic:  R(v) = weight sum |D1 v| + |D2 v|
///   isotropic:    R(v) = weight sum sqrt((D1 v)^2 + (D2 v)^2)
///
/// L. Rudin, S. Osher, E. Fatemi, Physica D 60, 259 (1992), eq. 2.4; prox by the fast gradient
/// projection of A. Beck, M. Teboulle, IEEE Trans. Image Process. 18, 2419 (2009), section IV.
///
/// Convention: differences as in `solvers/differences.h`, over p_y and p_x, not over channels.
/// Layout:     v [batch, channel, p_y, p_x].
/// Units:      weight in units of (data term) / (object), so it follows the scale of the data.
/// Precision:  |prox - exact prox| <= prox_accuracy |v| per item, guaranteed by the duality gap.
/// Invariants: R is blind to a constant; the prox keeps the mean of each image.
/// Errors:     NumericError if prox_iterations do not reach prox_accuracy.
/// Tested by:  tests/solvers/priors_test.cpp (loops, subgradient optimality).
class TotalVariation : public Prior {
 public:
  struct Params {
    TvKind kind = TvKind::kAnisotropic;
    double weight = 1e-4;
    DifferenceBoundary boundary = DifferenceBoundary::kCircular;
    double prox_accuracy = 1e-4;
    std::int64_t prox_iterations = 2000;
  };
  static void describe(Schema<Params>& s);

  explicit TotalVariation(const Params& params) : params_(params) {}
  TotalVariation(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::string name() const override { return "total_variation"; }
  [[nodiscard]] bool has_value() const override { return true; }
  [[nodiscard]] bool has_prox() const override { return true; }
  [[nodiscard]] at::Tensor value(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double step) const override;
  /// The prox of R plus the constraint v >= 0, which is not the composition of the two.
  [[nodiscard]] at::Tensor prox_non_negative(const at::Tensor& v, double step) const;

  [[nodiscard]] const Params& params() const { return params_; }

 private:
  [[nodiscard]] at::Tensor fast_gradient_projection(const at::Tensor& v, double threshold,
                                                    bool non_negative) const;
  Params params_;
};

}  // namespace parfocal::solvers
