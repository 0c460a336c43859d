// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config/schema.h"
#include "solvers/data_term.h"
#include "solvers/priors/quadratic.h"
#include "solvers/priors/total_variation.h"
#include "solvers/solver.h"

namespace parfocal::solvers {

/// Where a gradient method starts.
enum class Start {
  kZero,
  kPsfMidrange,  ///< (max h + min h) / 2 inside the sensor window, 0 outside.
  kMeasurement,  ///< The measurement inside the sensor window, 0 outside; the mean over conditions.
};

/// The key `start` of a splitting method: zero or the measurement.
template <class P>
void describe_start(Schema<P>& s, Start P::*member) {
  s.choice("start", member, {{"zero", Start::kZero}, {"measurement", Start::kMeasurement}})
      .doc("First object: 0, or the measurement itself (the mean over conditions).");
}

/// Largest curvature of the data term: norm_bound^2 max W. UsageError if the model has no bound.
[[nodiscard]] double curvature_bound(const LinearOperator& model, const DataTerm& data,
                                     const std::string& solver);

/// The same for each item, [batch, 1, 1, 1], differentiable in transfer functions and weights.
[[nodiscard]] at::Tensor curvature_per_item(const LinearOperator& model, const DataTerm& data,
                                            const std::string& solver);

/// The linear model of a problem, or UsageError.
[[nodiscard]] const LinearOperator& linear_model(const Problem& problem, const std::string& solver);

/// First object of a gradient method, [batch, domain]. The midrange of
/// h = sqrt(P1 P2) S roll(IDFT Hh), which is the PSF where the model's scaling is orthonormal, as
/// in the programs that start so.
[[nodiscard]] at::Tensor start_object(const Problem& problem, const DataTerm& data, Start start,
                                      const std::string& solver);

/// The object on the sensor window, where the model has one; else the object.
[[nodiscard]] at::Tensor sensor_window(const Problem& problem, const at::Tensor& object);

/// |a - b| per item.
[[nodiscard]] std::vector<double> distances(const at::Tensor& a, const at::Tensor& b);

/// Data term of the estimate alone: zero outside the window.
[[nodiscard]] at::Tensor output_data_term(const Problem& problem, const DataTerm& data,
                                          const at::Tensor& estimate);

/// The priors of a problem as one proximal operator.
///
/// prox: none, one prior with a prox, or total_variation with non_negative; each also with a
/// quadratic of weight q and level l, whose joint prox is that of R with step / (1 + step q) at
/// (v + step q l) / (1 + step q).
/// Errors:     UsageError for any other combination: the prox of a sum is not the composition.
/// Tested by:  tests/solvers/fista_test.cpp.
class ProximalPart {
 public:
  ProximalPart(const Problem& problem, const std::string& solver);

  /// argmin_w step_i R(w) + 1/2 |w - v|^2 for every item i.
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, const std::vector<double>& steps) const;
  /// Whether `value` is the whole of R: a prior without a value has no objective.
  [[nodiscard]] bool has_value() const { return !prior_ || prior_->has_value(); }
  /// Whether a channel is measured in a unit of its own (see `ChannelUnits`).
  [[nodiscard]] bool has_units() const;
  [[nodiscard]] std::string name() const { return prior_ ? prior_->name() : "no prior"; }
  /// Whether the prox is another one for another step.
  [[nodiscard]] bool depends_on_step() const { return prior_ || ridge_; }
  /// R(v), constraints left out; float64 [batch].
  [[nodiscard]] at::Tensor value(const at::Tensor& v) const;

 private:
  [[nodiscard]] at::Tensor prox(const at::Tensor& v, double step) const;
  [[nodiscard]] at::Tensor prox_without_ridge(const at::Tensor& v, double step) const;

  std::shared_ptr<const Prior> prior_;               ///< Null: no prior, or the constraint alone.
  std::shared_ptr<const TotalVariation> variation_;  ///< Where prior_ is one.
  std::shared_ptr<const Quadratic> ridge_;
  bool non_negative_ = false;
};

}  // namespace parfocal::solvers
