// SPDX-License-Identifier: Apache-2.0
#include "apps/evaluate_checks.h"

#include <set>

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal {
namespace {

/// What only an instrument that is judged has.
void check_judging_words(const Experiment& experiment, const Node& node, ReadContext& context) {
  const EvaluateBlock& evaluate = *experiment.evaluate;
  const auto refuse = [&](bool given, const char* key, const char* reason) {
    if (given) context.child(key).error(*node.find(key), "rule", reason, "remove it");
  };
  refuse(evaluate.tolerance && !experiment.optimize, "tolerance",
         "errors of the instrument are judged by the loss of optimize, which is not there");
  if (judges_instrument(experiment.task)) return;
  refuse(evaluate.uncertainty.has_value(), "uncertainty",
         "only tasks train, design and evaluate judge how far off their stages are");
  refuse(evaluate.samples != 1, "samples",
         "only tasks train, design and evaluate draw several objects");
}

/// Images are compared by metrics, lists of emitters by matching.
void check_matching(const Experiment& experiment, const Node& root, ReadContext& context) {
  const bool localizes = experiment.reconstruction && experiment.reconstruction->localize;
  const bool known = experiment.data && experiment.data->emitters;
  const bool matches = experiment.evaluate && experiment.evaluate->matching;
  const bool drawn = static_cast<bool>(experiment.scene);
  if (matches && !(localizes && (known || drawn))) {
    context.child("evaluate.matching")
        .error(*root.find("evaluate")->find("matching"), "rule",
               "emitters are matched where reconstruction.localize finds them and data.emitters "
               "or a scene knows them",
               "remove it, or give both");
  }
  if (known && !matches) {
    context.child("data.emitters")
        .error(*root.find("data")->find("emitters"), "rule",
               "nothing compares them; evaluate.matching does", "evaluate: {matching: {}}");
  }
  if (localizes && experiment.evaluate && !experiment.evaluate->metrics.empty()) {
    context.child("evaluate.metrics")
        .error(*root.find("evaluate")->find("metrics"), "rule",
               "metrics compare images, reconstruction.localize gives a list of emitters",
               "evaluate: {matching: {}}");
  }
}

/// Each number of the summary has a name of its own.
void check_numbers(const Experiment& experiment, const Node& node, ReadContext& context) {
  std::set<std::string> names;
  const EvaluateBlock& evaluate = *experiment.evaluate;
  if (evaluate.uncertainty) {
    for (const std::string& name : UncertaintyBlock::numbers()) names.insert(name);
  }
  const auto add = [&](const ComponentConfig& config) {
    if (number_name(config).ends_with("_classical")) {
      context.error(node, "rule", number_name(config) + " is the name of a classical result",
                    "give it another name:");
    }
    if (names.insert(number_name(config)).second) return;
    context.error(node, "rule", number_name(config) + " is the name of two numbers",
                  "give one of them another name:");
  };
  if (experiment.optimize) add(experiment.optimize->loss);
  for (const ComponentConfig& metric : evaluate.metrics) add(metric);
}

/// Whether the task draws objects or looks at their light.
bool needs_scene(const Experiment& experiment) {
  if (!judges_instrument(experiment.task)) return false;
  const bool goes_through_stages =
      experiment.reconstruction && !experiment.reconstruction->stages.empty();
  if (goes_through_stages || !experiment.optimize) return true;
  const auto looks = [](const ComponentConfig& loss) {
    const auto built = build<Loss>(loss, {});
    return built->needs_estimate() || built->needs_light();
  };
  const OptimizeBlock& optimize = *experiment.optimize;
  return looks(optimize.loss) || (optimize.before && looks(optimize.before->loss));
}

void check_scene(const Experiment& experiment, const Node& root, ReadContext& context) {
  if (experiment.scene || !needs_scene(experiment)) return;
  const Node& task = *root.find("task");
  context.error(
      task, "missing_key",
      "scene: missing; task " + task.scalar + " needs it: where objects come from, and their light",
      "parfocal explain scene");
}

}  // namespace

void check_evaluation(const Experiment& experiment, const Node& root, ReadContext& context) {
  check_scene(experiment, root, context);
  check_matching(experiment, root, context);
  if (!experiment.evaluate) return;
  const Node& node = *root.find("evaluate");
  ReadContext evaluate = context.child("evaluate");
  check_judging_words(experiment, node, evaluate);
  const bool known = experiment.scene || (experiment.data && experiment.data->truth);
  const bool compares = !experiment.evaluate->metrics.empty();
  const Node& place = compares ? *node.find("metrics") : node;
  ReadContext metrics = compares ? evaluate.child("metrics") : evaluate;
  if (compares && (experiment.task == Task::kSimulate || !known)) {
    metrics.error(place, "rule",
                  "a metric needs the true object, which a scene or data.truth knows",
                  "remove the block evaluate, reconstruct from a scene, or give data.truth");
  }
  check_numbers(experiment, place, metrics);
}

}  // namespace parfocal
