// SPDX-License-Identifier: Apache-2.0
#include "apps/report/run_record.h"

#include <functional>
#include <set>
#include <sstream>

#include "apps/experiment.h"
#include "core/config/document.h"
#include "core/config/schema.h"
#include "core/config/tree_path.h"
#include "core/config/variant.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/event_log.h"
#include "core/units/quantity_text.h"

namespace parfocal::report {
namespace {

namespace fs = std::filesystem;

bool holds_maps(const Node& list) { return !list.items.empty() && list.items.front().is_map(); }

std::string one_line(const Node& node) {
  std::string text = write_yaml(node);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// Calls `leaf` for every key that has a value and no keys below it.
void for_each_leaf(const Node& node, const std::string& path,
                   const std::function<void(const std::string&, const Node&)>& leaf) {
  if (node.is_map()) {
    for (const Node::Entry& entry : node.entries) {
      for_each_leaf(entry.value, path.empty() ? entry.key : path + "." + entry.key, leaf);
    }
  } else if (node.is_list() && holds_maps(node)) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      for_each_leaf(node.items[i], path + "." + std::to_string(i), leaf);
    }
  } else {
    leaf(path, node);
  }
}

/// Calls `visit` for every map with `type:` and every component type of that name.
void for_each_component(const Node& node, const Registry& registry,
                        const std::function<void(const ComponentType&, const Node&)>& visit) {
  if (node.is_map()) {
    const Node* type = node.find("type");
    if (type != nullptr && type->is_scalar()) {
      for (const ComponentType* found : registry.named(type->scalar)) visit(*found, node);
    }
    for (const Node::Entry& entry : node.entries) for_each_component(entry.value, registry, visit);
  }
  for (const Node& item : node.items) for_each_component(item, registry, visit);
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  if (!fs::exists(file)) return lines;
  std::istringstream text(read_whole_file(file));
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// The dotted path that an override names.
std::string path_of_override(const std::string& text) {
  const std::size_t begin = text.find_first_not_of("+~");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find('=') - begin);
}

}  // namespace

std::string RunRecord::setting(const std::string& path) const {
  const Node* node = find_path(resolved, path);
  return node != nullptr && node->is_scalar() ? node->scalar : "";
}

std::array<double, 2> RunRecord::preview_percentiles() const {
  std::array<double, 2> result{0.1, 99.9};
  const Node* node = find_path(resolved, "output.preview_percentiles");
  if (node == nullptr || node->items.size() != 2) return result;
  for (std::size_t i = 0; i < 2; ++i) {
    result[i] = parse_real(node->items[i].scalar).value_or(result[i]);
  }
  return result;
}

RunRecord read_run(const fs::path& folder) {
  for (const char* name : {"config.resolved.yaml", "results/summary.json"}) {
    if (fs::is_regular_file(folder / name)) continue;
    throw DataError(folder.string() + ": no report without " + name +
                    "; is this the folder of a finished run?");
  }
  RunRecord run;
  run.folder = folder;
  run.resolved_text = read_whole_file(folder / "config.resolved.yaml");
  run.resolved = parse_yaml(run.resolved_text, (folder / "config.resolved.yaml").string());
  run.summary = Summary::read(folder / "results" / "summary.json");
  run.overrides = lines_of(folder / "overrides.txt");
  const fs::path given = folder / "config.in.yaml";
  if (fs::exists(given)) run.given = parse_yaml(read_whole_file(given), given.string());
  const fs::path provenance = folder / "provenance.json";
  if (fs::exists(provenance)) {
    run.provenance = Json::parse(read_whole_file(provenance), nullptr, false);
    if (run.provenance.is_discarded()) throw DataError(provenance.string() + ": is not JSON");
  }
  return run;
}

std::vector<Parameter> parameters_of(const RunRecord& run) {
  std::set<std::string> from_line;
  for (const std::string& text : run.overrides) from_line.insert(path_of_override(text));
  const bool includes = run.given.find("include") != nullptr;
  std::vector<Parameter> parameters;
  for_each_leaf(run.resolved, "", [&](const std::string& path, const Node& node) {
    if (path.rfind("compare.", 0) == 0) return;
    std::string origin = includes ? "include or default" : "default";
    if (find_path(run.given, path) != nullptr) origin = "file";
    for (const std::string& changed : from_line) {
      if (path == changed || path.rfind(changed + ".", 0) == 0) origin = "command line";
    }
    parameters.push_back({path, one_line(node), origin});
  });
  return parameters;
}

std::vector<std::pair<std::string, std::string>> deviations_of(const Node& resolved,
                                                               const Registry& registry) {
  const Experiment experiment = read_experiment(Document{resolved, {}}, registry).experiment;
  std::vector<ComponentConfig> components = {experiment.scene, experiment.model,
                                             experiment.detector};
  if (experiment.reconstruction) {
    components.push_back(experiment.reconstruction->solver);
    const std::vector<ComponentConfig>& priors = experiment.reconstruction->priors;
    components.insert(components.end(), priors.begin(), priors.end());
  }
  std::vector<std::pair<std::string, std::string>> found;
  for (const ComponentConfig& component : components) {
    if (!component) continue;
    for (const std::string& line : deviations_from_variant(component)) {
      found.emplace_back(component.path + " (" + component.type->name + ")", line);
    }
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> citations_of(const Node& resolved,
                                                              const Registry& registry) {
  std::vector<std::pair<std::string, std::string>> found;
  std::set<std::string> seen;
  for_each_component(resolved, registry, [&](const ComponentType& type, const Node&) {
    for (const std::string& citation : type.schema->citations) {
      if (seen.insert(citation).second) found.emplace_back(type.name, citation);
    }
  });
  return found;
}

std::vector<std::pair<std::string, double>> timings_of(const fs::path& folder) {
  std::vector<std::pair<std::string, double>> timings;
  if (!fs::exists(folder / "events.jsonl")) return timings;
  double since = 0;
  for (const nlohmann::json& event : read_events(folder / "events.jsonl").events) {
    const double now = event.value("mono_s", 0.0);
    const std::string kind = event.value("kind", "");
    if (kind != "stage" && kind != "end") continue;
    if (!timings.empty()) timings.back().second = now - since;
    since = now;
    if (kind == "stage") timings.emplace_back(event.value("stage", ""), 0.0);
  }
  // The stage in which the report itself is written has no end yet.
  if (!timings.empty() && timings.back().second == 0) timings.pop_back();
  return timings;
}

}  // namespace parfocal::report
