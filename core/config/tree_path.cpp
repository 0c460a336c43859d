// SPDX-License-Identifier: Apache-2.0
#include "core/config/tree_path.h"

#include "core/units/quantity_text.h"

namespace parfocal {
namespace {

using Segments = std::vector<std::string>;

std::string join(const Segments& segments, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ".") + segments[i];
  return text;
}

/// One step down; the longest key that matches wins.
bool step_down(PathWalk& walk) {
  Node& here = *walk.node;
  if (here.is_list()) {
    const auto index = parse_integer(walk.rest.front());
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= here.items.size()) return false;
    walk.parent = &here;
    walk.node = &here.items[static_cast<std::size_t>(*index)];
    walk.step = walk.rest.front();
    walk.rest.erase(walk.rest.begin());
    return true;
  }
  for (std::size_t count = walk.rest.size(); count > 0; --count) {
    const std::string key = join(walk.rest, count);
    Node* next = here.find(key);
    if (next == nullptr) continue;
    walk.parent = &here;
    walk.node = next;
    walk.step = key;
    walk.rest.erase(walk.rest.begin(), walk.rest.begin() + static_cast<std::ptrdiff_t>(count));
    return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> split_path(std::string_view dotted) {
  std::vector<std::string> segments;
  while (true) {
    const std::size_t dot = dotted.find('.');
    segments.emplace_back(dotted.substr(0, dot));
    if (dot == std::string_view::npos) return segments;
    dotted.remove_prefix(dot + 1);
  }
}

PathWalk walk_path(Node& root, std::string_view dotted) {
  PathWalk walk{&root, nullptr, "", split_path(dotted)};
  while (!walk.rest.empty() && step_down(walk)) {
  }
  return walk;
}

const Node* find_path(const Node& root, std::string_view dotted) {
  // The walk only reads; it hands out mutable nodes for those who own the tree.
  const PathWalk walk = walk_path(const_cast<Node&>(root), dotted);
  return walk.rest.empty() ? walk.node : nullptr;
}

}  // namespace parfocal
