// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "core/operators/bounds.h"

namespace parfocal {

/// One real tensor that an experiment may name and train.
struct Parameter {
  at::Tensor leaf;     ///< value / scale, real, dtype of the optics.
  std::string unit;    ///< "um", "rad", "1": the unit of `leaf` and of its learning rate.
  double scale = 1.0;  ///< SI value of one unit.
  Bounds bounds = {};
  bool trainable = true;
};

/// The parameters of an experiment under their dotted paths ("optics.mask.height").
///
/// Invariants: paths are unique; every leaf is real; iteration is in order of the path.
/// Errors:     UsageError names the path, the nearest known one, or that it cannot be trained.
/// Tested by:  tests/core/operators/parameter_tree_test.cpp.
class ParameterTree {
 public:
  /// Hangs a parameter under `path` and returns it; a second one of the same path is a LogicError.
  Parameter& add(const std::string& path, Parameter parameter);
  [[nodiscard]] const Parameter& at(const std::string& path) const;
  [[nodiscard]] Parameter& at(const std::string& path);
  [[nodiscard]] bool contains(const std::string& path) const { return parameters_.contains(path); }
  /// All trainable paths at or below `path`; a path that holds none is a UsageError.
  [[nodiscard]] std::vector<std::string> trainable_below(const std::string& path) const;
  [[nodiscard]] const std::map<std::string, Parameter>& all() const { return parameters_; }

 private:
  std::map<std::string, Parameter> parameters_;
};

}  // namespace parfocal
