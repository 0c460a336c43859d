// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/operator.h"
#include "core/tensor/grid.h"

namespace parfocal {

/// Capability: the operator is a bank of circular convolutions on a padded grid, then a crop,
///
///   y_cj = S sum_k IDFT( H_cjk . DFT v_ck )      S: padded -> sensor, window at floor((P - n) / 2)
///
/// A solver that works in frequency asks for it by `dynamic_cast`, and says in one sentence if the
/// model lacks it. Each of C channels has K unknowns and J images of its own, one channel after the
/// other on the channel axis: domain() = [C K, p_y, p_x] or, where nothing lies outside the sensor,
/// [C K, n_y, n_x], range() = [C J, n_y, n_x]. With C = 1 a model may serve any number of channels.
class TransferFunctions {
 public:
  virtual ~TransferFunctions() = default;
  /// Complex [C, J, K, p_y, p_x / 2 + 1]; differentiable in the model's parameters.
  [[nodiscard]] virtual at::Tensor transfer() const = 0;
  [[nodiscard]] virtual std::int64_t padded_y() const = 0;
  [[nodiscard]] virtual std::int64_t padded_x() const = 0;
  [[nodiscard]] virtual std::int64_t sensor_y() const = 0;
  [[nodiscard]] virtual std::int64_t sensor_x() const = 0;
};

/// What one channel of an object is.
struct Unknown {
  std::string name;  ///< Of the files and numbers of the result: "phase".
  std::string unit;  ///< "rad", "1".
};

/// Capability: the channels of the object are quantities of their own, each with its unit.
class NamedUnknowns {
 public:
  virtual ~NamedUnknowns() = default;
  /// One for each channel of domain().
  [[nodiscard]] virtual std::vector<Unknown> unknowns() const = 0;
};

/// Capability: the images lie on a sensor whose pitch may be known.
class SensorImages {
 public:
  virtual ~SensorImages() = default;
  [[nodiscard]] virtual const std::optional<Grid>& sensor_grid() const = 0;
};

/// Capability: the model holds at some frequencies of its images only; a residual is judged there.
class ValidBand {
 public:
  virtual ~ValidBand() = default;
  /// 1 where it holds and 0 elsewhere, on the half plane of the sensor [n_y, n_x / 2 + 1].
  [[nodiscard]] virtual at::Tensor valid_band() const = 0;
};

/// Capability: a discrete property of the instrument is not known, such as the order in which
/// images were taken; a measurement decides.
class Alternatives {
 public:
  virtual ~Alternatives() = default;
  [[nodiscard]] virtual std::string open_property() const = 0;  ///< "order"
  /// What each alternative says; empty where the property is known.
  [[nodiscard]] virtual std::vector<std::string> alternatives() const = 0;
  /// This model with the property settled.
  [[nodiscard]] virtual std::shared_ptr<Operator> alternative(std::size_t index) const = 0;
};

/// Capability: images are relative to their level without an object, (y_j - y0_j) / y0_j, and the
/// levels share the light of all exposures.
class RelativeImages {
 public:
  virtual ~RelativeImages() = default;
  /// y0_j over the light of all exposures together, [J]; differentiable in the parameters.
  [[nodiscard]] virtual at::Tensor light_shares() const = 0;
};

/// The capability `C` of `op`, or UsageError: "SOLVER needs WHAT, which the model does not have".
template <class C>
const C& require_capability(const Operator& op, const std::string& solver, const std::string& what);

}  // namespace parfocal

#include "core/error.h"

namespace parfocal {
template <class C>
const C& require_capability(const Operator& op, const std::string& solver,
                            const std::string& what) {
  if (const auto* capable = dynamic_cast<const C*>(&op)) return *capable;
  throw UsageError(solver + " needs " + what + ", which this model does not have");
}
}  // namespace parfocal
