// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/node.h"

namespace parfocal {

/// A whole experiment file as a located tree: includes resolved, overrides applied, nothing typed.
///
/// Precedence, weakest first: `include:` list in order, the file, overrides left to right.
/// Accepted: the YAML 1.2 subset of the manual (UTF-8, one document, no tags, no merge keys, no
/// tabs, depth <= 64, <= 200,000 nodes after alias expansion, <= 5 MB). First key: `parfocal: 1`.
/// Errors:     ConfigError with every mistake found, each with file, line and column.
/// Tested by:  tests/core/config/document_test.cpp.
struct Document {
  Node root;
  std::filesystem::path file;
};

[[nodiscard]] Document read_document(const std::filesystem::path& file,
                                     const std::vector<std::string>& overrides = {});

/// One YAML text without includes and without the version rule.
[[nodiscard]] Node parse_yaml(std::string_view text, const std::string& file_name);

/// Applies one override of the command line (`a.b=v`, `+a.b=v`, `++a.b=v`, `~a.b`, `~a.b=v`);
/// `origin` is "--set #2". Values have the syntax of YAML.
void apply_override(Node& root, std::string_view text, const std::string& origin);

/// Lays `changes` over `base` by the rule of the experiment language: a map with `type:` replaces
/// the component, a map without merges key by key (its keys may be dotted paths), scalars and lists
/// are replaced. In an ordered map of elements an override keeps the element's place.
void overlay(Node& base, const Node& changes);

}  // namespace parfocal
