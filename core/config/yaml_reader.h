// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostics.h"
#include "core/config/node.h"

namespace parfocal {

/// Limits of one experiment; several files share one count of nodes.
struct YamlLimits {
  static constexpr std::size_t kBytes = 5'000'000;
  static constexpr int kDepth = 64;
  static constexpr std::size_t kNodes = 200'000;
};

/// Where a text comes from, and what was read before it.
struct YamlSource {
  std::string file;                        ///< "configs/x.yaml" or "--set #2".
  std::vector<std::string> included_from;  ///< "file:line", innermost first.
  bool has_lines = true;                   ///< False for an override: its values have no line.
  std::size_t nodes = 0;                   ///< Counts up; compared with YamlLimits::kNodes.
};

/// The bytes of a text made fit for the YAML library: no byte-order mark, LF only. Reports what the
/// library would accept or cut silently: invalid UTF-8, control characters, tabs as indentation.
[[nodiscard]] std::string checked_yaml_text(std::string_view bytes, const YamlSource& source,
                                            Diagnostics& diagnostics);

/// Reads one document into a tree. Mistakes go to `diagnostics`; then the tree is incomplete.
[[nodiscard]] Node read_yaml_text(std::string_view bytes, YamlSource& source,
                                  Diagnostics& diagnostics);

}  // namespace parfocal
