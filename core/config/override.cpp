// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/config/document.h"
#include "core/config/overlay.h"
#include "core/config/scalar_text.h"
#include "core/config/tree_path.h"
#include "core/config/yaml_reader.h"

namespace parfocal {
namespace {

enum class Action { kReplace, kAdd, kSet, kDelete };

/// One override, taken apart but not yet applied.
struct Override {
  Action action = Action::kReplace;
  std::string path;
  bool has_value = false;
  Node value;
};

SourceLocation at(const std::string& origin) { return {origin, 0, 0, {}}; }

[[noreturn]] void fail(const std::string& origin, const std::string& path, const std::string& rule,
                       const std::string& hint = "") {
  throw ConfigError(
      {{at(origin), path, "override", path.empty() ? rule : path + ": " + rule, hint}});
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

void check_path(const std::string& path, const std::string& origin) {
  const std::vector<std::string> segments = split_path(path);
  const auto is_word = [](const std::string& s) {
    return !s.empty() && s.front() != '-' && std::ranges::all_of(s, is_key_character);
  };
  if (!std::ranges::all_of(segments, is_word)) {
    fail(origin, "", "\"" + path + "\" is no dotted path; expected KEY.KEY=VALUE");
  }
  for (const char* fixed : {"parfocal", "include"}) {
    if (segments.front() == fixed) fail(origin, path, "can only stand in a file");
  }
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

Node parse_value(const std::string& text, const std::string& path, const std::string& origin) {
  if (text.empty())
    fail(origin, path, "no value after \"=\"", "write " + path + "='' for an empty text");
  if (text.find('\n') != std::string::npos) fail(origin, path, "the value has several lines");
  YamlSource source;
  source.file = origin;
  source.has_lines = false;
  Diagnostics diagnostics;
  Node value = read_yaml_text(text, source, diagnostics);
  diagnostics.throw_if_any();
  const bool flow = text.front() == '[' || text.front() == '{';
  if (!flow && (value.is_map() || value.is_list())) {
    fail(origin, path, "a list or map needs brackets",
         value.is_map() ? "write " + path + "={...}, or quote a text with \": \""
                        : "write " + path + "=[...]");
  }
  const bool plain = value.is_scalar() && !value.quoted;
  const bool lost = (plain && value.scalar != text) || (value.is_null() && !looks_typed(text));
  if (lost) fail(origin, path, "\" #\" starts a comment; quote the value");
  return value;
}

Override parse_override(std::string_view text, const std::string& origin) {
  Override result;
  std::string_view rest = text;
  if (rest.starts_with("++")) {
    result.action = Action::kSet;
    rest.remove_prefix(2);
  } else if (rest.starts_with('+')) {
    result.action = Action::kAdd;
    rest.remove_prefix(1);
  } else if (rest.starts_with('~')) {
    result.action = Action::kDelete;
    rest.remove_prefix(1);
  }
  const std::size_t equals = rest.find('=');
  result.path = rest.substr(0, equals);
  check_path(result.path, origin);
  if (equals == std::string_view::npos) {
    if (result.action != Action::kDelete) {
      fail(origin, result.path, "no value", "write " + result.path + "=VALUE");
    }
    return result;
  }
  result.has_value = true;
  result.value = parse_value(trimmed(rest.substr(equals + 1)), result.path, origin);
  return result;
}

bool same_value(const Node& a, const Node& b) {
  Node left = a, right = b;
  left.quoted = right.quoted = false;
  return left.kind == right.kind && write_yaml(left) == write_yaml(right);
}

void erase(Node& root, const Override& change, const std::string& origin) {
  const PathWalk walk = walk_path(root, change.path);
  if (!walk.rest.empty() || walk.parent == nullptr)
    fail(origin, change.path, "is not set, so it cannot be deleted");
  if (change.has_value && !same_value(*walk.node, change.value)) {
    fail(origin, change.path,
         "is " + inline_text(*walk.node) + ", not " + inline_text(change.value) + "; not deleted");
  }
  Node& parent = *walk.parent;
  if (parent.is_list()) {
    parent.items.erase(parent.items.begin() + (walk.node - parent.items.data()));
  } else {
    std::erase_if(parent.entries, [&](const Node::Entry& e) { return e.key == walk.step; });
  }
}

}  // namespace

void apply_override(Node& root, std::string_view text, const std::string& origin) {
  const Override change = parse_override(text, origin);
  if (change.action == Action::kDelete) {
    erase(root, change, origin);
    return;
  }
  if (change.action == Action::kAdd && find_path(root, change.path) != nullptr) {
    fail(origin, change.path, "is set already",
         "write ++" + change.path + "=... to set it in either case");
  }
  Diagnostics diagnostics;
  overlay_at(root, change.path, at(origin), change.value, diagnostics);
  diagnostics.throw_if_any();
}

}  // namespace parfocal
