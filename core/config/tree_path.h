// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/node.h"

namespace parfocal {

/// The segments of a dotted path: "optics.mask.0" -> {"optics", "mask", "0"}.
[[nodiscard]] std::vector<std::string> split_path(std::string_view dotted);

/// How far a dotted path leads into a tree. A segment is a key of a map or an index of a list; a
/// key that itself contains dots ("optics.mask.surface" below `optimize.parameters`) is matched
/// whole.
struct PathWalk {
  Node* node = nullptr;           ///< Deepest value reached.
  Node* parent = nullptr;         ///< Holds `node`; null at the root.
  std::string step;               ///< Key or index of `node` in `parent`.
  std::vector<std::string> rest;  ///< Segments that lead nowhere; empty: found.
};
[[nodiscard]] PathWalk walk_path(Node& root, std::string_view dotted);

/// The value at a dotted path, or null.
[[nodiscard]] const Node* find_path(const Node& root, std::string_view dotted);

}  // namespace parfocal
