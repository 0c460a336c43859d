// SPDX-License-Identifier: Apache-2.0
#include "core/config/overlay.h"

#include <algorithm>

#include "core/config/document.h"
#include "core/config/tree_path.h"

namespace parfocal {
namespace {

void report(Diagnostics& diagnostics, const SourceLocation& where, const std::string& path,
            const std::string& rule) {
  diagnostics.add({where, path, "path", path + ": " + rule, ""});
}

/// A new element of an ordered map says `after: NAME`; without it, it comes last.
void insert_entry(Node& map, Node::Entry entry) {
  auto place = map.entries.end();
  const Node* after = entry.value.find("after");
  if (entry.value.find("type") != nullptr && after != nullptr && after->is_scalar()) {
    const auto sibling = std::ranges::find(map.entries, after->scalar, &Node::Entry::key);
    if (sibling != map.entries.end()) {
      place = sibling + 1;
      std::erase_if(entry.value.entries, [](const Node::Entry& e) { return e.key == "after"; });
    }
  }
  map.entries.insert(place, std::move(entry));
}

void set_entry(Node& map, const std::string& key, const SourceLocation& where, const Node& change) {
  if (Node* present = map.find(key)) {
    overlay_value(*present, change);
  } else {
    insert_entry(map, {key, where, change});
  }
}

}  // namespace

void overlay_value(Node& base, const Node& change) {
  const bool merges = change.is_map() && base.is_map() && change.find("type") == nullptr;
  if (!merges) {
    base = change;
    return;
  }
  for (const Node::Entry& entry : change.entries)
    set_entry(base, entry.key, entry.where, entry.value);
}

void overlay_at(Node& root, const std::string& dotted, const SourceLocation& key_where,
                const Node& change, Diagnostics& diagnostics) {
  PathWalk walk = walk_path(root, dotted);
  if (walk.rest.empty()) {
    overlay_value(*walk.node, change);
    return;
  }
  Node* node = walk.node;
  for (std::size_t i = 0; i < walk.rest.size(); ++i) {
    const std::string& key = walk.rest[i];
    if (node->is_null()) {
      const SourceLocation where = node->where;
      *node = Node::make_map();
      node->where = where;
    }
    if (node->is_list()) {
      report(diagnostics, key_where, dotted,
             "\"" + key + "\" is no index of a list of " + std::to_string(node->items.size()));
      return;
    }
    if (!node->is_map()) {
      report(diagnostics, key_where, dotted, "leads through a plain value, which has no keys");
      return;
    }
    if (i + 1 == walk.rest.size()) {
      set_entry(*node, key, key_where, change);
      return;
    }
    Node map = Node::make_map();
    map.where = key_where;
    node->entries.push_back({key, key_where, std::move(map)});
    node = &node->entries.back().value;
  }
}

void overlay_map(Node& base, const Node& changes, Diagnostics& diagnostics) {
  if (!changes.is_map()) {
    base = changes;
    return;
  }
  if (!base.is_map()) {
    base = Node::make_map();
    base.where = changes.where;
  }
  for (const Node::Entry& entry : changes.entries) {
    const std::vector<std::string> segments = split_path(entry.key);
    if (std::ranges::any_of(segments, [](const std::string& s) { return s.empty(); })) {
      report(diagnostics, entry.where, entry.key, "a dotted key has an empty part");
      continue;
    }
    overlay_at(base, entry.key, entry.where, entry.value, diagnostics);
  }
}

void overlay(Node& base, const Node& changes) {
  Diagnostics diagnostics;
  overlay_map(base, changes, diagnostics);
  diagnostics.throw_if_any();
}

}  // namespace parfocal
