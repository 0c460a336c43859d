// SPDX-License-Identifier: Apache-2.0
#include "core/config/key_text.h"

#include <algorithm>

#include "core/config/scalar_text.h"
#include "core/units/quantity_text.h"
#include "core/units/unit_table.h"

namespace parfocal {
namespace {

std::string plural(std::string name) {
  if (name.starts_with("number of ")) return "numbers of " + name.substr(10);
  if (name.starts_with("length in ")) return "lengths in " + name.substr(10);
  if (name.ends_with('y')) return name.substr(0, name.size() - 1) + "ies";
  return name + "s";
}

std::string scalar_kind(const KeySchema& key) {
  switch (key.shape.kind) {
    case ValueKind::kFlag:
      return "true or false";
    case ValueKind::kInteger:
      return "whole number";
    case ValueKind::kNumber:
      return "number";
    case ValueKind::kQuantity:
      return std::string(name_of(key.shape.dimension));
    case ValueKind::kText:
      return "text";
    case ValueKind::kPath:
      return "path";
    case ValueKind::kChoice:
      return "one of: " + joined_words(key.choices);
    case ValueKind::kBlock:
      return "block";
    case ValueKind::kBlocks:
      return "named blocks in order";
    case ValueKind::kComponent:
      return key.component_kind;
    case ValueKind::kComponents:
      return "list of " + key.component_kind;
    case ValueKind::kElements:
      return "named " + key.component_kind + "s in order";
    case ValueKind::kTree:
      return "tree";
  }
  return "";
}

/// A value inside the bounds, near the lower one.
double sample_value(const KeySchema& key, double usual) {
  const auto inside = [&](double v) {
    const bool above =
        !key.lower || v > key.lower->value || (key.lower->inclusive && v == key.lower->value);
    const bool below =
        !key.upper || v < key.upper->value || (key.upper->inclusive && v == key.upper->value);
    return above && below;
  };
  if (inside(usual)) return usual;
  if (key.lower && key.upper) {
    return key.lower->inclusive ? key.lower->value : 0.5 * (key.lower->value + key.upper->value);
  }
  if (key.lower) return key.lower->inclusive ? key.lower->value : key.lower->value + 1.0;
  return key.upper->inclusive ? key.upper->value : key.upper->value - 1.0;
}

std::string quantity_sample(const KeySchema& key) {
  const std::string usual(example_of(key.shape.dimension));
  const double si = parse_quantity(usual, key.shape.dimension).si.value_or(0.0);
  const double sample = sample_value(key, si);
  return sample == si ? usual : format_quantity(sample, key.shape.dimension);
}

std::string scalar_sample(const KeySchema& key) {
  switch (key.shape.kind) {
    case ValueKind::kFlag:
      return "true";
    case ValueKind::kInteger:
      return format_real(sample_value(key, 10.0));
    case ValueKind::kNumber:
      return format_real(sample_value(key, 0.5));
    case ValueKind::kQuantity:
      return quantity_sample(key);
    case ValueKind::kText:
      return "name";
    case ValueKind::kPath:
      return "file.tif";
    case ValueKind::kChoice:
      return key.choices.empty() ? "" : key.choices.front();
    case ValueKind::kComponent:
      return "{type: ...}";
    case ValueKind::kComponents:
      return "[{type: ...}]";
    case ValueKind::kElements:
      return "{name: {type: ...}}";
    case ValueKind::kBlock:
      return "{...}";
    case ValueKind::kBlocks:
      return "{name: {...}}";
    case ValueKind::kTree:
      return "{...}";
  }
  return "";
}

std::string listed(const std::string& item, int count) {
  if (count == 1) return item;
  std::string text = "[" + item;
  for (int i = 1; i < std::min(count == 0 ? 2 : count, 8); ++i) text += ", " + item;
  return text + "]";
}

}  // namespace

std::string joined_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool is_required(const KeySchema& key) {
  if (key.required) return true;
  return key.shape.kind == ValueKind::kBlock && !key.optional &&
         std::ranges::any_of(key.block->keys, is_required);
}

std::string accepted_text(const KeySchema& key) {
  const std::string kind = scalar_kind(key);
  if (key.shape.count == 1) return kind;
  const std::string many = key.shape.kind == ValueKind::kText   ? "texts"
                           : key.shape.kind == ValueKind::kFlag ? "flags"
                                                                : plural(kind);
  const std::string items = key.shape.item_count == 1 ? many
                            : key.shape.item_count == 0
                                ? "lists of " + many
                                : "lists of " + std::to_string(key.shape.item_count) + " " + many;
  if (key.shape.count > 0) return "list of " + std::to_string(key.shape.count) + " " + items;
  return (key.shape.item_count == 1 ? kind + " or list of " : "list of ") + items;
}

std::string example_line(const KeySchema& key) {
  const std::string item = listed(scalar_sample(key), key.shape.item_count);
  return key.name + ": " + listed(item, key.shape.count);
}

std::string default_text(const KeySchema& key, const Node& defaults) {
  if (is_required(key)) return "required";
  const Node* value = defaults.find(key.name);
  return value == nullptr || value->is_null() ? "absent" : inline_text(*value);
}

Node defaults_of(const ObjectSchema& schema) {
  const std::shared_ptr<void> params = schema.make_params();
  for (const KeySchema& variant : schema.keys) {
    if (variant.presets.empty()) continue;
    const std::optional<Node> word = variant.write(params.get());
    const auto preset = word ? variant.presets.find(word->scalar) : variant.presets.end();
    if (preset != variant.presets.end()) preset->second(params.get());
  }
  return schema.write(params.get());
}

}  // namespace parfocal
