// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parfocal {

/// Where a value was written: file, line and column from 1, or an override ("--set #2").
struct SourceLocation {
  std::string file;
  int line = 0;
  int column = 0;
  std::vector<std::string> included_from;  ///< "file:line", innermost first.

  /// "configs/x.yaml:14:13" or "--set #2".
  [[nodiscard]] std::string text() const;
};

/// One value of an experiment file. A plain located tree, free of the YAML library: what was
/// written and where, nothing interpreted yet.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };

  struct Entry;

  Kind kind = Kind::kNull;
  std::string scalar;   ///< Text of a scalar, unquoted.
  bool quoted = false;  ///< Quoted scalars are strings, never numbers or booleans.
  SourceLocation where;
  std::vector<Node> items;     ///< Of a list.
  std::vector<Entry> entries;  ///< Of a map, in file order.

  [[nodiscard]] const Node* find(std::string_view key) const;
  [[nodiscard]] Node* find(std::string_view key);
  [[nodiscard]] bool is_map() const { return kind == Kind::kMap; }
  [[nodiscard]] bool is_list() const { return kind == Kind::kList; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::kScalar; }
  [[nodiscard]] bool is_null() const { return kind == Kind::kNull; }

  static Node make_scalar(std::string text, bool quoted = false);
  static Node make_list();
  static Node make_list(std::vector<Node> items);
  static Node make_map();
  Node& set(std::string key, Node value);  ///< Replaces or appends; returns the stored value.
};

struct Node::Entry {
  std::string key;
  SourceLocation where;  ///< Of the key.
  Node value;
};

/// YAML text of a tree: block style, two spaces, lists of scalars in one line. Byte-stable.
[[nodiscard]] std::string write_yaml(const Node& node);

}  // namespace parfocal
