// SPDX-License-Identifier: Apache-2.0
#include "core/config/node.h"

namespace parfocal {

std::string SourceLocation::text() const {
  if (line <= 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

Node Node::make_scalar(std::string text, bool quoted) {
  Node node;
  node.kind = Kind::kScalar;
  node.scalar = std::move(text);
  node.quoted = quoted;
  return node;
}

Node Node::make_list() { return make_list(std::vector<Node>{}); }

Node Node::make_list(std::vector<Node> items) {
  Node node;
  node.kind = Kind::kList;
  node.items = std::move(items);
  return node;
}

Node Node::make_map() {
  Node node;
  node.kind = Kind::kMap;
  return node;
}

Node& Node::set(std::string key, Node value) {
  if (Node* present = find(key)) {
    *present = std::move(value);
    return *present;
  }
  Entry& entry = entries.emplace_back();
  entry.key = std::move(key);
  entry.where = value.where;
  entry.value = std::move(value);
  return entry.value;
}

}  // namespace parfocal
