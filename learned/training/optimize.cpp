// SPDX-License-Identifier: Apache-2.0
#include "learned/training/optimize.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/units/quantity_text.h"
#include "core/units/unit_table.h"

namespace parfocal {
namespace {

/// The dimension of a unit's name; nothing for "1" and for compounds such as "ADU/e-".
std::optional<Dimension> dimension_of(const std::string& unit) {
  for (const Dimension dimension : dimensions_with_units()) {
    const auto units = unit_table(dimension);
    if (std::ranges::any_of(units, [&](const Unit& u) { return u.name == unit; })) return dimension;
  }
  return std::nullopt;
}

/// "0.2" and "rad" of "0.2 rad".
std::pair<std::string, std::string> parts_of(const std::string& text) {
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return {text, ""};
  return {text.substr(0, space), text.substr(text.find_first_not_of(' ', space))};
}

}  // namespace

void ParameterGroup::describe(Schema<ParameterGroup>& s) {
  s.summary("How all parameters at or below one dotted path are stepped.");
  s.key("rate", &ParameterGroup::rate)
      .required()
      .doc(
          "Wanted change per step in a unit of the parameters (0.2 rad, 5 nm); bare without unit.");
  s.choice("schedule", &ParameterGroup::schedule,
           {{"constant", Schedule::kConstant},
            {"linear", Schedule::kLinear},
            {"cosine", Schedule::kCosine},
            {"steps", Schedule::kSteps}})
      .doc("How the rate falls from start to stop: not, to 0 along a line or a cosine, in steps.");
  s.key("warm_up", &ParameterGroup::warm_up).at_least(0).doc("Steps over which the rate rises.");
  s.key("start", &ParameterGroup::start).at_least(0).doc("First step that moves the group.");
  s.key("stop", &ParameterGroup::stop)
      .at_least(1)
      .doc("Step from which it stands still; the end of the training if absent.");
  s.key("cycle", &ParameterGroup::cycle)
      .at_least(1)
      .doc("Steps after which the turns of alternating groups repeat; 1: every step.");
  s.key("in_cycle", &ParameterGroup::in_cycle)
      .at_least(0)
      .doc("First and last step of each cycle that move the group.");
  s.key("step_every", &ParameterGroup::step_every).at_least(1).doc("Steps from fall to fall.");
  s.key("step_factor", &ParameterGroup::step_factor)
      .above(0.0)
      .at_most(1.0)
      .doc("Factor of each fall of schedule: steps.");
  s.key("clip", &ParameterGroup::clip)
      .above(0.0)
      .doc("Largest norm of the gradient of the group, in units of loss per unit of parameter.");
  s.choice(
       "bounds", &ParameterGroup::bounds,
       {{"projection", Bounded::kProjection}, {"reparametrization", Bounded::kReparametrization}})
      .doc("How parameters stay inside their bounds: cut back after each step, or by a map.");
  s.check([](const ParameterGroup& p) {
    return !p.stop || *p.stop > p.start ? "" : "stop: expected a step after start";
  });
  s.check([](const ParameterGroup& p) {
    const bool fits = p.in_cycle[0] <= p.in_cycle[1] && p.in_cycle[1] < p.cycle;
    return fits ? "" : "in_cycle: expected [first, last] below cycle";
  });
}

double ParameterGroup::factor(std::int64_t step, std::int64_t steps) const {
  const std::int64_t end = std::min(stop.value_or(steps), steps);
  if (step < start || step >= end) return 0.0;
  if (step % cycle < in_cycle[0] || step % cycle > in_cycle[1]) return 0.0;
  const auto since = static_cast<double>(step - start);
  const double u = since / static_cast<double>(end - start);
  const double ramp =
      warm_up > 0 ? std::min(1.0, (since + 1.0) / static_cast<double>(warm_up)) : 1.0;
  switch (schedule) {
    case Schedule::kConstant:
      return ramp;
    case Schedule::kLinear:
      return ramp * (1.0 - u);
    case Schedule::kCosine:
      return ramp * 0.5 * (1.0 + std::cos(std::numbers::pi * u));
    case Schedule::kSteps:
      return ramp * std::pow(step_factor, std::floor(since / static_cast<double>(step_every)));
  }
  return ramp;
}

void ParameterSchedule::describe(Schema<ParameterSchedule>& s) {
  s.summary("A parameter that moves along a line while others are trained.");
  s.key("from", &ParameterSchedule::from).required().doc("Value up to step start.");
  s.key("to", &ParameterSchedule::to).required().doc("Value at step stop.");
  s.key("after", &ParameterSchedule::after).doc("Value from step stop on; that of to if absent.");
  s.key("start", &ParameterSchedule::start).at_least(0).doc("Step at which it begins to move.");
  s.key("stop", &ParameterSchedule::stop).required().at_least(1).doc("Step at which it arrives.");
  s.choice("scale", &ParameterSchedule::scale,
           {{"linear", Scale::kLinear}, {"logarithmic", Scale::kLogarithmic}})
      .doc("Whether the value or its logarithm moves along the line.");
  s.check([](const ParameterSchedule& p) {
    return p.stop > p.start ? "" : "stop: expected a step after start";
  });
}

void ParameterScan::describe(Schema<ParameterScan>& s) {
  s.summary("A parameter whose best value among several is tried.");
  s.key("from", &ParameterScan::from).required().doc("First value.");
  s.key("to", &ParameterScan::to).required().doc("End of the range, itself not tried.");
  s.key("candidates", &ParameterScan::candidates).at_least(2).at_most(100000).doc("Values tried.");
  s.key("at", &ParameterScan::at)
      .at_least(0)
      .doc("Steps before which it is tried; the number of all steps means after the last.");
}

void Optimizer::describe(Schema<Optimizer>& s) {
  s.summary("How a gradient becomes a step.");
  s.citation("D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015");
  s.citation("D. C. Liu, J. Nocedal, Math. Program. 45, 503-528 (1989): L-BFGS");
  s.convention(
      "lbfgs: the rate is the unit of each parameter in the common metric, and the largest change "
      "that a step without history tries first; the length of a step is found by a line search.");
  s.choice("method", &Optimizer::method,
           {{"adam", Method::kAdam},
            {"adamw", Method::kAdamW},
            {"sgd", Method::kSgd},
            {"lbfgs", Method::kLbfgs}})
      .doc(
          "Adam, Adam with decoupled weight decay, gradient descent with momentum, or L-BFGS with "
          "a line search on the objects of the step.");
  s.key("beta1", &Optimizer::beta1).at_least(0.0).below(1.0).doc("Memory of Adam's mean.");
  s.key("beta2", &Optimizer::beta2).at_least(0.0).below(1.0).doc("Memory of Adam's square.");
  s.key("epsilon", &Optimizer::epsilon).above(0.0).doc("Adam's guard against division by 0.");
  s.key("momentum", &Optimizer::momentum).at_least(0.0).below(1.0).doc("Momentum of sgd.");
  s.key("weight_decay", &Optimizer::weight_decay)
      .at_least(0.0)
      .doc("Pull towards 0 of parameters without unit; optics never decay.");
  s.key("history", &Optimizer::history)
      .at_least(1)
      .at_most(1000)
      .doc("Steps that lbfgs draws the curvature from.");
  s.check([](const Optimizer& o) -> std::string {
    const Optimizer standard;
    if (o.method != Method::kLbfgs) {
      return o.history == standard.history ? "" : "history: only method lbfgs has one";
    }
    if (o.momentum != 0.0) return "momentum: method lbfgs has none";
    if (o.weight_decay != 0.0) return "weight_decay: method lbfgs has none; take adamw or sgd";
    const bool adam =
        o.beta1 != standard.beta1 || o.beta2 != standard.beta2 || o.epsilon != standard.epsilon;
    return adam ? "beta1, beta2 and epsilon belong to adam and adamw, not to lbfgs" : "";
  });
}

void Validation::describe(Schema<Validation>& s) {
  s.summary("Judging the training on objects that it is not trained on.");
  s.key("every", &Validation::every).at_least(1).doc("Steps between two judgements.");
  s.key("samples", &Validation::samples)
      .at_least(1)
      .at_most(1000000)
      .doc("Objects, those of the scene behind the ones that evaluate judges.");
  s.key("patience", &Validation::patience)
      .at_least(0)
      .doc("Judgements in a row without a better one that end the training; 0: never.");
}

void EarlierTraining::describe(Schema<EarlierTraining>& s) {
  s.summary("A training that comes before, with a loss and groups of its own.");
  s.convention("For example the optics by a closed-form loss, before network and optics together.");
  s.component("loss", &EarlierTraining::loss, "loss", Naming::kOptional)
      .required()
      .doc("What is made small.");
  s.blocks("parameters", &EarlierTraining::parameters).doc("Groups by dotted path.");
  s.key("frozen", &EarlierTraining::frozen)
      .doc("Dotted paths that stay as they are although a group holds them.");
  s.key("steps", &EarlierTraining::steps).at_least(1).at_most(100000000).doc("Its steps.");
  s.key("starts", &EarlierTraining::starts)
      .at_least(1)
      .at_most(1000)
      .doc(
          "Times it is done, each from values of another draw; the one with the lowest loss "
          "stays.");
  s.block("optimizer", &EarlierTraining::optimizer)
      .doc("Its own way from gradient to step; that of the training that follows if absent.");
}

std::string OptimizeBlock::mistake() const {
  if (optimizer.method != Optimizer::Method::kLbfgs) return "";
  if (optimizer.momentum != 0.0 || optimizer.weight_decay != 0.0) {
    return "optimizer: method lbfgs has no momentum and no weight_decay";
  }
  for (const auto& [path, group] : parameters) {
    const bool varies = group.schedule != ParameterGroup::Schedule::kConstant || group.warm_up > 0;
    if (!varies && !group.clip) continue;
    return "parameters." + path + "." +
           (group.clip ? "clip" : (group.warm_up > 0 ? "warm_up" : "schedule")) +
           ": method lbfgs finds the length of its steps itself; remove this key (start, stop and "
           "cycle remain)";
  }
  return "";
}

OptimizeBlock OptimizeBlock::earlier() const {
  OptimizeBlock block = *this;
  block.loss = before->loss;
  block.parameters = before->parameters;
  block.frozen = before->frozen;
  block.steps = before->steps;
  if (before->optimizer) block.optimizer = *before->optimizer;
  block.before.reset();
  block.validation.reset();
  block.schedules.clear();
  block.scans.clear();
  block.keep = Keep::kLast;
  return block;
}

void OptimizeBlock::describe(Schema<OptimizeBlock>& s) {
  s.summary("Which parameters are unknown besides the object, and how they are found.");
  s.component("loss", &OptimizeBlock::loss, "loss", Naming::kOptional)
      .required()
      .doc("What is made small.");
  s.blocks("parameters", &OptimizeBlock::parameters)
      .doc("Groups by dotted path; a path means all trainable parameters at or below it.");
  s.key("frozen", &OptimizeBlock::frozen)
      .doc("Dotted paths that stay as they are although a group holds them.");
  s.block("before", &OptimizeBlock::before)
      .doc("A training that comes first: a two-stage design, or a start for a joint one.");
  s.blocks("schedules", &OptimizeBlock::schedules)
      .doc("Parameters by dotted path that move along a line (optics.mask.levels_weight).");
  s.blocks("scans", &OptimizeBlock::scans)
      .doc("Parameters by dotted path whose best value among several is tried.");
  s.key("steps", &OptimizeBlock::steps)
      .at_least(1)
      .at_most(100000000)
      .doc("Steps of the training.");
  s.key("batch", &OptimizeBlock::batch)
      .at_least(1)
      .at_most(1000000)
      .doc("Objects per step, for a loss that needs reconstructions.");
  s.key("first_sample", &OptimizeBlock::first_sample)
      .at_least(0)
      .doc("First object of the scene that is trained on; keep those of evaluate below it.");
  s.block("optimizer", &OptimizeBlock::optimizer).doc("How a gradient becomes a step.");
  s.choice("keep", &OptimizeBlock::keep, {{"last", Keep::kLast}, {"best", Keep::kBest}})
      .doc("The parameters after the last step, or those of the lowest loss after all schedules.");
  s.key("average", &OptimizeBlock::average)
      .at_least(0.0)
      .below(1.0)
      .doc("Decay of a moving average of the parameters that is judged and kept instead of them.");
  s.block("validation", &OptimizeBlock::validation)
      .doc("Judging the training on objects that it is not trained on; keep: best looks at this.");
  s.choice("on_nan", &OptimizeBlock::on_nan,
           {{"stop", OnNan::kStop}, {"roll_back", OnNan::kRollBack}})
      .doc(
          "After a loss or gradient that is not finite: end with an error, or go back to the last "
          "kept state with half the rates, at most five times.");
  s.check([](const OptimizeBlock& block) {
    const std::string mistake = block.mistake();
    if (!mistake.empty() || !block.before) return mistake;
    const std::string earlier = block.earlier().mistake();
    return earlier.empty() ? earlier : "before: " + earlier;
  });
}

double in_leaf_unit(const std::string& text, const std::string& key, const std::string& path,
                    const Parameter& parameter) {
  const auto [number, given_unit] = parts_of(text);
  std::optional<double> value;
  if (const std::optional<Dimension> dimension = dimension_of(parameter.unit)) {
    const std::optional<double> si = parse_quantity(text, *dimension).si;
    if (si) value = *si / parameter.scale;
  } else if (given_unit == (parameter.unit == "1" ? "" : parameter.unit)) {
    value = parse_real(number);
  }
  if (value) return *value;
  throw UsageError("optimize: " + key + " = " + text + " does not fit " + path +
                   ", whose values are in " + parameter.unit + "; write for example " + key + ": " +
                   (parameter.unit == "1" ? "1e-3" : "0.1 " + parameter.unit));
}

}  // namespace parfocal
