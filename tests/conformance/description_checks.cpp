// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/description_checks.h"

#include "core/config/document.h"
#include "core/config/schema.h"

namespace parfocal::conformance {
namespace {

/// Reads `map` as the subject's component; the mistakes are left in `found`.
ComponentConfig read_again(const Subject& subject, const Node& map,
                           std::vector<Diagnostic>& found) {
  Diagnostics diagnostics;
  ReadContext context(*subject.registry, diagnostics, "example");
  ComponentConfig config;
  schema_detail::read_component({subject.kind()}, map, context, config);
  found = diagnostics.sorted();
  return config;
}

void check_round_trip(const Subject& subject, Findings& findings) {
  const std::string first = write_yaml(schema_detail::write_component(subject.config));
  std::vector<Diagnostic> found;
  const ComponentConfig config = read_again(subject, parse_yaml(first, "round trip"), found);
  for (const Diagnostic& mistake : found) {
    findings.require(false, "what was written does not read: " + mistake.message);
  }
  if (!config) return;
  const std::string second = write_yaml(schema_detail::write_component(config));
  findings.require(second == first,
                   "written, read and written again it differs:\n" + first + "and\n" + second);
}

void check_unknown_key(const Subject& subject, const std::string& key, Findings& findings) {
  Node map = schema_detail::write_component(subject.config);
  map.set(key, Node::make_scalar("1"));
  std::vector<Diagnostic> found;
  read_again(subject, map, found);
  const std::string expected = "example." + key + ": unknown key of " + subject.config.type->name;
  const bool refused =
      found.size() == 1 && found.front().code == "unknown_key" && found.front().message == expected;
  findings.require(refused, "the key \"" + key + "\" is not refused with \"" + expected + "\"");
}

}  // namespace

void check_schema(const ObjectSchema& schema, const std::string& owner, Findings& findings) {
  findings.require(!schema.summary.empty(), owner + " has no summary");
  const auto is_sentence = [](const std::string& text) {
    return !text.empty() && text.back() == '.';
  };
  for (const KeySchema& key : schema.keys) {
    findings.require(is_sentence(key.doc), owner + "." + key.name + " has no sentence");
    if (key.block) check_schema(*key.block, owner + "." + key.name, findings);
  }
}

void check_reading(const Subject& subject, Findings& findings) {
  const auto defaults = subject.config.type->make_params();
  for (const KeySchema& key : subject.config.type->schema->keys) {
    const bool settled = key.required || key.optional || key.write(defaults.get()).has_value();
    findings.require(settled, key.name + " has no default and is neither required nor optional");
  }
  check_round_trip(subject, findings);
  check_unknown_key(subject, "no_such_key", findings);
}

}  // namespace parfocal::conformance
