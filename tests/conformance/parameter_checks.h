// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "core/operators/parameter_tree.h"
#include "tests/conformance/findings.h"
#include "tests/conformance/subject.h"

namespace parfocal::conformance {

/// A real scalar that weighs every entry of a real or complex tensor by seeded numbers.
[[nodiscard]] at::Tensor weighed(const at::Tensor& values);

/// Every key that says it can be trained has its leaf in the tree.
void check_leaves_are_hung(const Subject& subject, const ParameterTree& parameters,
                           Findings& findings);

/// Gradients of `weighed(output())` in every trainable leaf against finite differences; `step` is
/// the first one.
void check_parameter_gradients(const ParameterTree& parameters,
                               const std::function<at::Tensor()>& output, Findings& findings,
                               double step = 1e-3);

/// Gradient of `weighed(map(x))` in x, real or complex, against finite differences.
void check_input_gradient(const std::function<at::Tensor(const at::Tensor&)>& map,
                          const at::Tensor& x, Findings& findings, double step = 1e-2);

/// map([a, b]) = [map([a]), map([b])] to rounding.
void check_batch(const std::function<at::Tensor(const at::Tensor&)>& map, const at::Tensor& x,
                 const std::string& what, double limit, Findings& findings);

}  // namespace parfocal::conformance
