// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "core/operators/likelihood.h"
#include "core/operators/operator.h"

namespace parfocal {

/// What every stage of a reconstruction may know besides the image that reaches it.
struct StageScene {
  const Operator& model;
  const Likelihood& detector;
  double photons = 1.0;  ///< Photons per pixel at object value 1.
};

/// One step of a reconstruction that runs its steps one after the other.
///
/// Layout:     image [batch, condition, n_y, n_x] on the sensor, and the same for the result.
/// Units:      object values: photons of the measurement over those of object value 1.
/// Invariants: pure; differentiable in the image and in the parameters of model and detector.
/// Tested by:  tests/solvers, tests/conformance.
class Stage {
 public:
  static constexpr std::string_view kKind = "stage";

  virtual ~Stage() = default;
  [[nodiscard]] virtual at::Tensor apply(const at::Tensor& image,
                                         const StageScene& scene) const = 0;
};

}  // namespace parfocal
