// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/registry.h"
#include "core/config/schema.h"
#include "core/operators/parameter_tree.h"

namespace parfocal {

/// How one group of parameters is stepped.
///
///   rate(t) = rate ramp(t) decay(t),   u = (t - start) / (stop - start)
///   ramp = min(1, (t - start + 1) / warm_up);   decay = 1 (constant), 1 - u (linear),
///   (1 + cos(pi u)) / 2 (cosine), step_factor^floor((t - start) / step_every) (steps)
///
/// Convention: t counts steps from 0; outside start <= t < stop the group stands still, and with a
///             cycle of n also where t mod n is not in [first, last] of in_cycle.
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
  std::int64_t cycle = 1;
  std::array<std::int64_t, 2> in_cycle{0, 0};  ///< [first, last]
  std::int64_t step_every = 1000;
  double step_factor = 0.1;
  std::optional<double> clip;  ///< Largest norm of the gradient of the whole group.
  Bounded bounds = Bounded::kProjection;
  static void describe(Schema<ParameterGroup>& s);

  /// rate(t) / rate in a training of `steps` steps; 0 where the group stands still.
  [[nodiscard]] double factor(std::int64_t step, std::int64_t steps) const;
};

/// A parameter that moves along a line, for annealing: `from` up to step `start`, `to` from step
/// `stop` on; `logarithmic` moves its logarithm.
struct ParameterSchedule {
  enum class Scale { kLinear, kLogarithmic };

  std::string from, to;  ///< "0", "90 deg": in a unit of the parameter.
  std::int64_t start = 0;
  std::int64_t stop = 0;
  Scale scale = Scale::kLinear;
  std::optional<std::string> after;  ///< Value from step `stop` on, `to` if absent.
  static void describe(Schema<ParameterSchedule>& s);
};

/// A parameter whose best value among several is tried: what a gradient cannot see.
///
///   from + i (to - from) / candidates,  i = 0 .. candidates - 1
///
/// Convention: tried before the steps of `at`, with every schedule at its end; the step number of
///             the whole training means after the last step.
struct ParameterScan {
  std::string from, to;
  std::int64_t candidates = 8;
  std::vector<std::int64_t> at{0};
  static void describe(Schema<ParameterScan>& s);
};

/// How a gradient becomes a step.
///
/// Convention: a step of L-BFGS looks at one loss (one batch, one place of the schedules) as often
///             as its line search asks, at least twice; its pairs come from within a step. Its
///             variables are free value / rate, so groups of different units share one metric, and
///             without pairs the first length tried changes the variable that changes most by its
///             rate. A change of the groups that move, or of the rates, begins without pairs.
///             A trial without a loss (not finite, optics that alias there) counts as too far.
/// Errors:     L-BFGS finds the length of its steps: no schedule, warm-up and clip of a rate, no
///             weight decay, no projection of leaves that have bounds.
struct Optimizer {
  enum class Method { kAdam, kAdamW, kSgd, kLbfgs };

  Method method = Method::kAdam;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double momentum = 0.0;
  double weight_decay = 0.0;
  std::int64_t history = 10;  ///< Pairs of L-BFGS.
  static void describe(Schema<Optimizer>& s);
};

/// Judging the training on objects that it is not trained on.
struct Validation {
  std::int64_t every = 100;   ///< Steps.
  std::int64_t samples = 8;   ///< Objects, those behind the ones that `evaluate` judges.
  std::int64_t patience = 0;  ///< Judgements without a better one that end the training; 0: none.
  static void describe(Schema<Validation>& s);
};

/// A training that comes before another one, with a loss and groups of its own, from one or several
/// starts: start i has the values that the experiment draws with seed + i 2^32.
///
/// Convention: the start with the lowest loss after its last step is kept; a loss of estimates is
///             judged on the first `batch` objects of the training.
struct EarlierTraining {
  ComponentConfig loss;
  std::vector<std::pair<std::string, ParameterGroup>> parameters;
  std::vector<std::string> frozen;
  std::int64_t steps = 150;
  std::int64_t starts = 1;
  std::optional<Optimizer> optimizer;  ///< That of the training that follows if absent.
  static void describe(Schema<EarlierTraining>& s);
};

/// Which parameters are unknown besides the object, and how they are found.
struct OptimizeBlock {
  ComponentConfig loss;
  std::vector<std::pair<std::string, ParameterGroup>> parameters;
  std::vector<std::string> frozen;  ///< Paths that stay as they are although a group holds them.
  enum class Keep { kLast, kBest };
  enum class OnNan { kStop, kRollBack };

  std::optional<EarlierTraining> before;
  std::vector<std::pair<std::string, ParameterSchedule>> schedules;
  std::vector<std::pair<std::string, ParameterScan>> scans;
  std::int64_t steps = 1000;
  std::int64_t batch = 4;            ///< Objects per step, for a loss that needs estimates.
  std::int64_t first_sample = 1000;  ///< Of the scene; those below are left to evaluate.
  Optimizer optimizer;
  Keep keep = Keep::kLast;
  std::optional<double> average;  ///< Decay of the moving average of what is trained.
  std::optional<Validation> validation;
  OnNan on_nan = OnNan::kStop;
  static void describe(Schema<OptimizeBlock>& s);

  /// What the groups ask that the method cannot give, as "KEY: rule"; empty where all fits.
  [[nodiscard]] std::string mistake() const;
  /// `before` as a training of its own, with everything else as here.
  [[nodiscard]] OptimizeBlock earlier() const;
};

/// `text` ("0.2 rad", "5 nm", "1e-3") as a number in the unit of the leaf of `path`. `key` is what
/// the text belongs to ("rate"). UsageError naming all of them where the dimensions differ or the
/// unit is missing.
[[nodiscard]] double in_leaf_unit(const std::string& text, const std::string& key,
                                  const std::string& path, const Parameter& parameter);

}  // namespace parfocal
