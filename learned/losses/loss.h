// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/operators/likelihood.h"
#include "core/operators/operator.h"
#include "core/operators/view.h"

namespace parfocal {

/// What a loss may look at: the instrument, and, unless it needs no decoder, what became of objects.
///
/// Invariants: `estimate` is `reconstruct(image)`; a loss draws random numbers only from streams of
///             `seed` and the sample number, `first_sample` plus the place in the batch.
struct Trial {
  const Operator& model;
  const Likelihood& detector;
  double photons = 1.0;  ///< Photons per pixel at object value 1.
  at::Tensor object;     ///< [batch, 1, n_y, n_x], object values; undefined without a decoder.
  at::Tensor estimate;   ///< [batch, condition, n_y, n_x]
  at::Tensor image =
      {};  ///< [batch, condition, n_y, n_x], photons of the counts, as object values.
  /// The estimate from another image: a loss without objects asks again.
  std::function<at::Tensor(const at::Tensor& image)> reconstruct = {};
  std::uint64_t seed = 0;
  std::uint64_t first_sample = 0;
  /// Of the error of the estimate, where the last stage predicts it; else undefined.
  at::Tensor variance = {};
};

/// What a training makes small.
///
/// Invariants: `value` is differentiable in the leaves of model and detector and in the estimate.
/// Errors:     UsageError for a model or a trial that lacks what the loss looks at.
/// Tested by:  tests/learned/losses, tests/conformance.
class Loss {
 public:
  static constexpr std::string_view kKind = "loss";

  virtual ~Loss() = default;
  /// Whether objects must be drawn, imaged and reconstructed.
  [[nodiscard]] virtual bool needs_estimate() const = 0;
  /// Whether the photons of a scene are looked at.
  [[nodiscard]] virtual bool needs_light() const { return true; }
  /// A scalar.
  [[nodiscard]] virtual at::Tensor value(const Trial& trial) const = 0;
  /// The number by which results are compared, from the value: the value itself by default.
  [[nodiscard]] virtual double score(double value) const { return value; }
  [[nodiscard]] virtual std::string score_unit() const { return ""; }
  [[nodiscard]] virtual bool higher_is_better() const { return false; }
  /// The score of each condition alone [condition]; undefined where there is none.
  [[nodiscard]] virtual at::Tensor condition_scores(const Trial&) const { return {}; }
  /// Names of the numbers of `show`; of two results the lower one is better.
  [[nodiscard]] virtual std::vector<std::string> numbers() const { return {}; }
  /// What else it says of the instrument, the pictures under the name of its type.
  [[nodiscard]] virtual Shown show(const Trial&) const { return {}; }
};

}  // namespace parfocal
