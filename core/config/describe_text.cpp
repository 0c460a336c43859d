// SPDX-License-Identifier: Apache-2.0
#include "core/config/describe_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "core/config/key_bounds.h"
#include "core/config/key_text.h"

namespace parfocal {
namespace {

void append_section(std::string& text, const std::string& name, const std::string& body) {
  if (body.empty()) return;
  text += "\n" + name + "\n";
  std::size_t begin = 0;
  while (begin < body.size()) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    text += "  " + body.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
}

std::string type_list(const KeySchema& key, const Registry& registry) {
  if (key.component_kind.empty()) return "";
  std::string names;
  for (const ComponentType* type : registry.of_kind(key.component_kind)) {
    names += (names.empty() ? "" : ", ") + type->name;
  }
  return names;
}

std::string key_lines(const KeySchema& key, const Node& defaults, const Registry& registry,
                      const std::string& indent) {
  std::string text = fmt::format("{}{}: {}", indent, key.name, accepted_text(key));
  if (const std::string range = range_text(key); !range.empty()) text += ", " + range;
  text += fmt::format("  (default: {})", default_text(key, defaults));
  if (!key.trainable_unit.empty())
    text += fmt::format("  [trainable, leaf in {}]", key.trainable_unit);
  text += fmt::format("\n{}    {}\n", indent, key.doc);
  if (const std::string types = type_list(key, registry); !types.empty()) {
    text += fmt::format("{}    types: {}\n", indent, types);
  }
  if (key.named)
    text += fmt::format("{}    name: of its number in the summary; else the type\n", indent);
  if (key.block != nullptr) {
    const Node nested = defaults_of(*key.block);
    for (const KeySchema& inner : key.block->keys)
      text += key_lines(inner, nested, registry, indent + "    ");
  }
  return text;
}

std::string citations(const ObjectSchema& schema) {
  std::string text;
  for (const std::string& citation : schema.citations)
    text += (text.empty() ? "" : "\n") + citation;
  return text;
}

void append_rows(std::string& text, const ObjectSchema& schema, const std::string& prefix,
                 const Registry& registry) {
  const Node defaults = defaults_of(schema);
  for (const KeySchema& key : schema.keys) {
    std::string accepted = accepted_text(key);
    if (const std::string types = type_list(key, registry); !types.empty())
      accepted += ": " + types;
    for (std::size_t at = accepted.find('|'); at != std::string::npos;
         at = accepted.find('|', at + 2)) {
      accepted.insert(at, "\\");
    }
    text += fmt::format("| `{}{}` | {} | {} | {} | {} | {} |\n", prefix, key.name, accepted,
                        range_text(key), default_text(key, defaults), key.trainable_unit, key.doc);
    if (key.block == nullptr) continue;
    const bool many = key.shape.kind == ValueKind::kBlocks;
    append_rows(text, *key.block, prefix + key.name + (many ? ".NAME." : "."), registry);
  }
}

}  // namespace

std::string explain(const ObjectSchema& schema, const std::string& title,
                    const Registry& registry) {
  std::string text = title + "\n  " + schema.summary + "\n";
  append_section(text, "Equation", schema.equation);
  append_section(text, "Convention", schema.convention);
  append_section(text, "Gradient", schema.gradient);
  append_section(text, "Reference", citations(schema));
  if (schema.keys.empty()) return text;
  text += "\nKeys\n";
  const Node defaults = defaults_of(schema);
  for (const KeySchema& key : schema.keys) text += key_lines(key, defaults, registry, "  ");
  return text;
}

std::string explain_key(const ObjectSchema& schema, const std::string& owner,
                        const std::string& key, const Registry& registry) {
  const KeySchema* found = schema.find(key);
  PARFOCAL_CHECK(found != nullptr);
  return owner + "." + key_lines(*found, defaults_of(schema), registry, "");
}

std::string manual_page(const ObjectSchema& schema, const std::string& title,
                        const Registry& registry) {
  std::string text = "# " + title + "\n\n" + schema.summary + "\n";
  if (!schema.equation.empty()) text += "\n```\n" + schema.equation + "\n```\n";
  if (!schema.convention.empty()) text += "\nConvention: " + schema.convention + "\n";
  if (!schema.gradient.empty()) text += "\nGradient: " + schema.gradient + "\n";
  if (!schema.citations.empty()) {
    text += "\nReferences\n\n";
    for (const std::string& citation : schema.citations) text += "- " + citation + "\n";
  }
  if (schema.keys.empty()) return text;
  text +=
      "\n| key | accepts | range | default | trainable | meaning |\n|---|---|---|---|---|---|\n";
  append_rows(text, schema, "", registry);
  return text;
}

}  // namespace parfocal
