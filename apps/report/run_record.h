// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/config/node.h"
#include "core/config/registry.h"
#include "core/run/summary.h"

namespace parfocal::report {

using Json = nlohmann::ordered_json;

/// What a run folder says about itself.
struct RunRecord {
  std::filesystem::path folder;
  Json provenance;  ///< Null where it is absent.
  Node resolved;    ///< config.resolved.yaml
  std::string resolved_text;
  Node given;                          ///< config.in.yaml
  std::vector<std::string> overrides;  ///< overrides.txt
  Summary summary;

  /// Text of a scalar of the resolved experiment, or empty.
  [[nodiscard]] std::string setting(const std::string& path) const;
  [[nodiscard]] std::array<double, 2> preview_percentiles() const;
};
/// \throws DataError naming what is missing or damaged.
[[nodiscard]] RunRecord read_run(const std::filesystem::path& folder);

/// One key of the resolved experiment.
struct Parameter {
  std::string path;
  std::string value;
  std::string origin;  ///< "file", "command line", "default"
};
[[nodiscard]] std::vector<Parameter> parameters_of(const RunRecord& run);

/// (path of a component, "mu2 = 0.0001 (variant tutorial: 1e-05)") for every key that departs from
/// the named variant of its algorithm.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> deviations_of(
    const Node& resolved, const Registry& registry);

/// (component, citation) of everything that the experiment names, each once.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> citations_of(
    const Node& resolved, const Registry& registry);

/// (stage, seconds) from events.jsonl, in order.
[[nodiscard]] std::vector<std::pair<std::string, double>> timings_of(
    const std::filesystem::path& folder);

}  // namespace parfocal::report
