// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/registry.h"
#include "core/config/schema.h"

namespace parfocal {

/// How one group of parameters is stepped.
///
///   rate(t) = rate ramp(t) decay(t),   u = (t - start) / (stop - start)
///   ramp = min(1, (t - start + 1) / warm_up);   decay = 1 (constant), 1 - u (linear),
///   (1 + cos(pi u)) / 2 (cosine), step_factor^floor((t - start) / step_every) (steps)
///
/// Convention: t counts steps from 0; outside start <= t < stop the group stands still.
/// Units:      one step of Adam changes a leaf by about the rate, so the rate is the wanted change
///             per step in the unit of the leaf: "0.2 rad", "5 nm"; a bare number for unit 1.
/// Tested by:  tests/learned/training/optimize_test.cpp.
struct ParameterGroup {
  enum class Schedule { kConstant, kLinear, kCosine, kSteps };
  enum class Bounded { kProjection, kReparametrization };

  std::string rate;
  Schedule schedule = Schedule::kConstant;
  std::int64_t warm_up = 0;
  std::int64_t start = 0;
  std::optional<std::int64_t> stop;  ///< The last step of the training if absent.
  std::int64_t step_every = 1000;
  double step_factor = 0.1;
  std::optional<double> clip;  ///< Largest norm of the gradient of the whole group.
  Bounded bounds = Bounded::kProjection;
  static void describe(Schema<ParameterGroup>& s);

  /// rate(t) / rate in a training of `steps` steps; 0 where the group stands still.
  [[nodiscard]] double factor(std::int64_t step, std::int64_t steps) const;
};

struct Optimizer {
  enum class Method { kAdam, kAdamW, kSgd };

  Method method = Method::kAdam;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double momentum = 0.0;
  double weight_decay = 0.0;
  static void describe(Schema<Optimizer>& s);
};

/// Which parameters are unknown besides the object, and how they are found.
struct OptimizeBlock {
  ComponentConfig loss;
  std::vector<std::pair<std::string, ParameterGroup>> parameters;
  std::vector<std::string> frozen;  ///< Paths that stay as they are although a group holds them.
  std::int64_t steps = 1000;
  Optimizer optimizer;
  static void describe(Schema<OptimizeBlock>& s);
};

/// `text` ("0.2 rad", "5 nm", "1e-3") as a number in `unit`, that of the leaf `path` whose SI value
/// is `scale`. UsageError naming both where the dimensions differ or the unit is missing.
[[nodiscard]] double rate_in_unit(const std::string& text, const std::string& unit, double scale,
                                  const std::string& path);

}  // namespace parfocal
