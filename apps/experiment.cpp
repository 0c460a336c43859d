// SPDX-License-Identifier: Apache-2.0
#include "apps/experiment.h"

#include <algorithm>
#include <set>

#include "apps/evaluate_checks.h"
#include "core/error.h"
#include "core/run/entry_name.h"

namespace parfocal {
namespace {

using Words = std::vector<std::string>;

/// What a task needs, and why, in the order of the file.
struct Need {
  const char* block;
  const char* reason;
};

void require_block(const Node& root, ReadContext& context, const std::string& task,
                   const Need& need) {
  if (root.find(need.block) != nullptr) return;
  const Node* task_node = root.find("task");
  context.error_at(
      task_node != nullptr ? task_node->where : root.where, "missing_key",
      std::string(need.block) + ": missing; task " + task + " needs it: " + need.reason,
      std::string("parfocal explain ") + need.block);
}

void check_reconstruct(const Node& root, ReadContext& context) {
  if (root.find("data") == nullptr && root.find("scene") == nullptr) {
    require_block(root, context, "reconstruct",
                  {"data", "the measurement comes from files (data) or from a scene (scene)"});
  }
  if (root.find("data") != nullptr && root.find("scene") != nullptr) {
    ReadContext scene = context.child("scene");
    scene.error(*root.find("scene"), "rule",
                "the measurement comes either from data or from a scene, not from both",
                "remove one of the two blocks");
  }
  require_block(root, context, "reconstruct", {"model", "object -> expected measurement"});
  require_block(root, context, "reconstruct", {"detector", "photons -> counts"});
  require_block(root, context, "reconstruct", {"reconstruction", "solver and priors"});
}

/// Blocks that a task would ignore are mistakes.
void refuse_unused(const Node& root, ReadContext& context, const std::string& task,
                   const Words& blocks) {
  for (const std::string& block : blocks) {
    const Node* node = root.find(block);
    if (node == nullptr) continue;
    ReadContext child = context.child(block);
    child.error(*node, "rule", "task " + task + " does not use this block",
                "remove it, or set another task");
  }
}

/// An instrument is judged by its images of a scene, or by a bound that needs none.
void check_judged(const std::string& task, const Node& root, ReadContext& context) {
  require_block(root, context, task, {"model", "object -> expected measurement"});
  require_block(root, context, task, {"detector", "photons -> counts"});
  if (task == "evaluate") {
    require_block(root, context, task, {"evaluate", "what is judged"});
    refuse_unused(root, context, task, {"optimize"});
  } else {
    require_block(root, context, task, {"optimize", "what is sought, and the loss"});
  }
  refuse_unused(root, context, task, {"data"});
  const Node* evaluate = root.find("evaluate");
  const auto judged = [&](const char* what) {
    return evaluate != nullptr && evaluate->find(what) != nullptr;
  };
  if (task == "train" || judged("metrics") || judged("uncertainty")) {
    require_block(root, context, task,
                  {"reconstruction", "it is what is trained, and what is judged"});
  }
}

/// Training holds the instrument as it is.
void check_train(const Experiment& experiment, const Node& root, ReadContext& context) {
  if (experiment.task != Task::kTrain || !trains_instrument(experiment)) return;
  ReadContext place = context.child("optimize").child("parameters");
  place.error(*root.find("optimize")->find("parameters"), "rule",
              "task train holds the instrument as it is; a group lies outside reconstruction",
              "task: design, or remove the group");
}

/// Emitters are found in measured frames, or in those of a scene.
void check_localize(const Experiment& experiment, const Node& root, ReadContext& context) {
  if (!experiment.reconstruction || !experiment.reconstruction->localize) return;
  ReadContext place = context.child("reconstruction").child("localize");
  const Node& node = *root.find("reconstruction")->find("localize");
  if (experiment.task != Task::kReconstruct || (!experiment.data && !experiment.scene)) {
    place.error(node, "rule", "emitters are found in the frames of data or of a scene",
                "task: reconstruct, data:");
  } else if (!experiment.data) {
    return;
  } else if (experiment.data->truth || !experiment.data->measurement ||
             experiment.data->measurement->binning != 1) {
    place.error(node, "rule",
                "emitters are found in unbinned frames and compared with data.emitters",
                "give data.measurement, remove data.truth and binning");
  }
}

/// Stages or a solver.
void check_method(const Experiment& experiment, const Node& root, ReadContext& context) {
  if (!experiment.reconstruction) return;
  ReadContext place = context.child("reconstruction");
  const Node& node = *root.find("reconstruction");
  const bool stages = !experiment.reconstruction->stages.empty();
  std::set<std::string> names;
  for (const ComponentConfig& stage : experiment.reconstruction->stages) {
    if (names.insert(number_name(stage)).second) continue;
    place.error(node, "rule", "two stages are called " + number_name(stage),
                "give one of them another name:");
  }
  if (stages && experiment.reconstruction->solver) {
    place.error(node, "rule", "the object is found either by stages or by a solver", "remove one");
  }
  if (judges_instrument(experiment.task) && !stages) {
    place.error(node, "not_available",
                "solver: a design goes through stages; {type: unrolled, solver: ...} is one");
  }
}

/// A measurement is simulated, or the optics are shown, or both.
void check_simulate(const Node& root, ReadContext& context) {
  const bool measured = root.find("scene") != nullptr || root.find("model") != nullptr ||
                        root.find("detector") != nullptr;
  if (root.find("views") == nullptr || measured) {
    require_block(root, context, "simulate", {"scene", "where objects come from"});
    require_block(root, context, "simulate", {"model", "object -> expected measurement"});
    require_block(root, context, "simulate", {"detector", "photons -> counts"});
  }
  refuse_unused(root, context, "simulate", {"data", "reconstruction", "optimize"});
}

void check_device(const Experiment& experiment, const Node& root, ReadContext& context) {
  const std::string& device = experiment.runtime.device;
  const bool indexed = device.size() > 5 && device.rfind("cuda:", 0) == 0 &&
                       device.find_first_not_of("0123456789", 5) == std::string::npos;
  if (device == "auto" || device == "cpu" || device == "cuda" || indexed) return;
  ReadContext runtime = context.child("runtime");
  ReadContext key = runtime.child("device");
  key.error(*root.find("runtime")->find("device"), "choice", "expected auto, cpu, cuda or cuda:N");
}

void check_seeds(const Experiment& experiment, const Node& root, ReadContext& context) {
  const std::vector<std::int64_t>& seeds = experiment.runtime.seeds;
  const bool negative = std::any_of(seeds.begin(), seeds.end(), [](auto s) { return s < 0; });
  const bool repeated = std::set(seeds.begin(), seeds.end()).size() != seeds.size();
  if (!seeds.empty() && !negative && !repeated) return;
  ReadContext runtime = context.child("runtime");
  ReadContext key = runtime.child("seeds");
  key.error(*root.find("runtime")->find("seeds"), "range",
            "expected at least one seed, none negative, each once");
}

void check_percentiles(const Experiment& experiment, const Node& root, ReadContext& context) {
  const auto [low, high] = experiment.output.preview_percentiles;
  if (low >= 0 && low < high && high <= 100) return;
  ReadContext output = context.child("output");
  ReadContext key = output.child("preview_percentiles");
  key.error(*root.find("output")->find("preview_percentiles"), "range",
            "expected 0 <= low < high <= 100");
}

void check_name(const Node& root, ReadContext& context) {
  const Node* name = root.find("name");
  if (name == nullptr || !name->is_scalar()) return;
  try {
    require_entry_name("name", name->scalar);
  } catch (const UsageError& error) {
    context.error_at(name->where, "name", error.what());
  }
}

/// Refuses what the language has and this version does not, and takes it out of the tree, so that
/// it is reported once.
void refuse_later_words(Node& root, ReadContext& context) {
  const Node* task = root.find("task");
  const bool reconstructs = task != nullptr && task->scalar == "reconstruct";
  const auto later = std::find_if(root.entries.begin(), root.entries.end(),
                                  [](const Node::Entry& e) { return e.key == "optimize"; });
  if (!reconstructs || later == root.entries.end()) return;
  context.error_at(later->where, "not_available",
                   "optimize: this version does not adjust parameters of the instrument in task "
                   "reconstruct; only the object is unknown",
                   "remove the block");
  root.entries.erase(later);
}

Experiment typed(Node root, const Registry& registry, Diagnostics& diagnostics) {
  ReadContext context(registry, diagnostics);
  refuse_later_words(root, context);
  Experiment experiment;
  const bool good = experiment_schema().read(root, context, &experiment, false);
  check_name(root, context);
  const Node* task = root.find("task");
  if (task != nullptr && task->scalar == "reconstruct") check_reconstruct(root, context);
  if (task != nullptr && task->scalar == "simulate") check_simulate(root, context);
  for (const char* judging : {"train", "design", "evaluate"}) {
    if (task != nullptr && task->scalar == judging) check_judged(judging, root, context);
  }
  if (good) {
    check_device(experiment, root, context);
    check_seeds(experiment, root, context);
    check_percentiles(experiment, root, context);
    check_evaluation(experiment, root, context);
    check_method(experiment, root, context);
    check_localize(experiment, root, context);
    check_train(experiment, root, context);
  }
  return experiment;
}

void collect_changes(const Node& changes, const std::string& path, Words& changed) {
  if (!changes.is_map() || changes.find("type") != nullptr || changes.entries.empty()) {
    if (!path.empty()) changed.push_back(path);
    return;
  }
  for (const Node::Entry& entry : changes.entries) {
    collect_changes(entry.value, path.empty() ? entry.key : path + "." + entry.key, changed);
  }
}

bool is_at_or_below(const std::string& path, const std::string& root) {
  return path == root || path.starts_with(root + ".");
}

/// What a variant overrides is frozen in the training that `training` describes, unless the variant
/// lists it again as a group of its own below `place`.
void freeze_overridden(Node& training, const std::string& place, const Words& changed) {
  Node* groups = training.find("parameters");
  if (groups == nullptr || !groups->is_map()) return;
  const auto listed_again = [&](const std::string& group) {
    return std::ranges::any_of(changed, [&](const std::string& path) {
      return is_at_or_below(path, place + ".parameters." + group);
    });
  };
  Node frozen = training.find("frozen") != nullptr ? *training.find("frozen") : Node::make_list();
  for (const std::string& overridden : changed) {
    // The parameters of the stages stand under reconstruction.NAME.
    const std::string path =
        is_at_or_below(overridden, "reconstruction.stages") ? "reconstruction" : overridden;
    if (path.starts_with("optimize.") || path.starts_with("runtime.") || listed_again(path)) {
      continue;
    }
    std::erase_if(groups->entries, [&](const Node::Entry& group) {
      return is_at_or_below(group.key, path) && !listed_again(group.key);
    });
    const bool below_a_group = std::ranges::any_of(
        groups->entries, [&](const Node::Entry& group) { return is_at_or_below(path, group.key); });
    if (below_a_group && frozen.is_list()) frozen.items.push_back(Node::make_scalar(path));
  }
  if (!frozen.items.empty()) training.set("frozen", std::move(frozen));
}

void freeze_overridden(Node& root, const Words& changed) {
  Node* optimize = root.find("optimize");
  if (optimize == nullptr) return;
  freeze_overridden(*optimize, "optimize", changed);
  Node* before = optimize->find("before");
  if (before != nullptr) freeze_overridden(*before, "optimize.before", changed);
}

/// Variants see equal data: what is measured may not differ between them.
void check_equal_data(const std::string& name, const Words& changed, const Node& changes,
                      ReadContext& context) {
  for (const std::string& path : changed) {
    const std::string block = path.substr(0, path.find('.'));
    if (block != "data" && block != "scene" && block != "task" && block != "name" &&
        block != "compare") {
      continue;
    }
    ReadContext place = context.child(name).child(path);
    place.error_at(changes.where, "rule",
                   "compare." + name + ": " + path +
                       " cannot differ between variants: all of them see the same data",
                   "make it an experiment of its own");
  }
}

/// SCORE_start of a variant NAME and SCORE of a variant start_NAME would be one number.
void require_own_numbers(const std::string& variant) {
  if (variant.starts_with("classical_")) {
    throw UsageError("compare." + variant +
                     ": a name with classical_ in front gives numbers with the names of classical "
                     "results; choose another name");
  }
  for (const char* word :
       {"start", "condition", "best", "sem", "worst", "std", "tolerance", "band"}) {
    if (variant != word && !variant.starts_with(std::string(word) + "_")) continue;
    throw UsageError("compare." + variant + ": a variant named \"" + word +
                     "\" gives numbers with the names of others; choose another name");
  }
}

void read_variants(ExperimentFile& result, const Registry& registry, Diagnostics& diagnostics) {
  const Node* compare = result.root.find("compare");
  if (compare == nullptr) return;
  ReadContext context(registry, diagnostics, "compare");
  if (!compare->is_map() || compare->entries.empty()) {
    context.error(*compare, "type", "expected a map of named variants",
                  "compare: {picam: {reconstruction.solver.variant: picam}}");
    return;
  }
  Node base = result.root;
  std::erase_if(base.entries, [](const Node::Entry& e) { return e.key == "compare"; });
  for (const Node::Entry& entry : compare->entries) {
    Variant variant{entry.key, {}, {}};
    if (!entry.value.is_map()) {
      context.child(entry.key).error_at(entry.where, "type",
                                        "compare." + entry.key + ": expected a map of overrides");
      continue;
    }
    try {
      require_entry_name("compare", entry.key);
      require_own_numbers(entry.key);
    } catch (const UsageError& error) {
      context.error_at(entry.where, "name", error.what());
      continue;
    }
    collect_changes(entry.value, "", variant.changed);
    check_equal_data(entry.key, variant.changed, entry.value, context);
    Node root = base;
    overlay(root, entry.value);
    freeze_overridden(root, variant.changed);
    variant.experiment = typed(std::move(root), registry, diagnostics);
    result.variants.push_back(std::move(variant));
  }
}

}  // namespace

const ObjectSchema& experiment_schema() {
  static const std::shared_ptr<const ObjectSchema> schema = schema_of<Experiment>();
  return *schema;
}

std::string number_name(const ComponentConfig& config) {
  return config.name.empty() ? config.type->name : config.name;
}

bool trains_instrument(const Experiment& experiment) {
  if (!experiment.optimize) return false;
  const auto holds_instrument = [](const auto& group) {
    return !is_at_or_below(group.first, "reconstruction");
  };
  const std::optional<EarlierTraining>& before = experiment.optimize->before;
  return std::ranges::any_of(experiment.optimize->parameters, holds_instrument) ||
         (before && std::ranges::any_of(before->parameters, holds_instrument));
}

std::string ExperimentFile::resolved_yaml() const {
  return write_yaml(experiment_schema().write(&experiment));
}

ExperimentFile read_experiment(Document document, const Registry& registry) {
  Diagnostics diagnostics;
  ExperimentFile result;
  result.file = std::move(document.file);
  result.root = std::move(document.root);
  result.experiment = typed(result.root, registry, diagnostics);
  // A mistake in the base would be repeated by every variant.
  diagnostics.throw_if_any();
  read_variants(result, registry, diagnostics);
  diagnostics.throw_if_any();
  return result;
}

ExperimentFile read_experiment(const std::filesystem::path& file, const Words& overrides,
                               const Registry& registry) {
  ExperimentFile result = read_experiment(read_document(file, overrides), registry);
  result.overrides = overrides;
  return result;
}

}  // namespace parfocal
