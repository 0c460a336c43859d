// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <set>

#include "core/config/describe_text.h"
#include "core/config/key_text.h"
#include "core/units/quantity_text.h"

namespace parfocal {
namespace {

using Json = nlohmann::ordered_json;

Json object_json(const ObjectSchema& schema, const std::string* type);

/// The kinds whose components may carry a name somewhere below `schema`.
void collect_named_kinds(const ObjectSchema& schema, std::set<std::string>& kinds) {
  for (const KeySchema& key : schema.keys) {
    if (key.named) kinds.insert(key.component_kind);
    if (key.block != nullptr) collect_named_kinds(*key.block, kinds);
  }
}

std::string escaped(const std::string& unit) {
  std::string text;
  for (char c : unit) {
    if (std::string_view("^$.|?*+()[]{}\\/").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

std::string quantity_pattern(Dimension dimension) {
  std::string units;
  for (const std::string& unit : units_of(dimension))
    units += (units.empty() ? "" : "|") + escaped(unit);
  return "^[+-]?((0|[1-9][0-9]*)(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)? *(" + units + ")$";
}

void add_bounds(const KeySchema& key, Json& json) {
  if (key.lower) json[key.lower->inclusive ? "minimum" : "exclusiveMinimum"] = key.lower->value;
  if (key.upper) json[key.upper->inclusive ? "maximum" : "exclusiveMaximum"] = key.upper->value;
}

Json quantity_json(Dimension dimension) {
  const Json text = {{"type", "string"}, {"pattern", quantity_pattern(dimension)}};
  if (dimension != Dimension::kRatio) return text;
  return {{"anyOf", {{{"type", "number"}}, text}}};
}

Json one_value_json(const KeySchema& key) {
  Json json;
  const Json component = {{"$ref", "#/definitions/" + key.component_kind}};
  switch (key.shape.kind) {
    case ValueKind::kFlag:
      json["type"] = "boolean";
      break;
    case ValueKind::kInteger:
      json["type"] = "integer";
      add_bounds(key, json);
      break;
    case ValueKind::kNumber:
      json["type"] = "number";
      add_bounds(key, json);
      break;
    case ValueKind::kQuantity:
      json = quantity_json(key.shape.dimension);
      break;
    case ValueKind::kText:
    case ValueKind::kPath:
      json["type"] = "string";
      break;
    case ValueKind::kChoice:
      json["enum"] = key.choices;
      break;
    case ValueKind::kBlock:
      json = object_json(*key.block, nullptr);
      break;
    case ValueKind::kBlocks:
      json = {{"type", "object"}, {"additionalProperties", object_json(*key.block, nullptr)}};
      break;
    case ValueKind::kComponent:
      json = component;
      break;
    case ValueKind::kComponents:
      json = {{"type", "array"}, {"items", component}};
      break;
    case ValueKind::kElements:
      json = {{"type", "object"}, {"additionalProperties", component}};
      break;
    case ValueKind::kTree:
      json["type"] = "object";
      break;
  }
  return json;
}

/// `count` values of one kind: 1 the value itself, 0 any number.
Json listed(Json item, int count) {
  if (count == 1) return item;
  Json json = {{"type", "array"}, {"items", std::move(item)}};
  if (count > 1) json["minItems"] = json["maxItems"] = count;
  return json;
}

Json key_json(const KeySchema& key) {
  const Json item = listed(one_value_json(key), key.shape.item_count);
  Json json = listed(item, key.shape.count);
  if (key.shape.count == 0 && key.shape.item_count == 1) {
    json = {{"anyOf", Json::array({item, std::move(json)})}};
  }
  json["description"] = key.doc;
  return json;
}

Json object_json(const ObjectSchema& schema, const std::string* type) {
  Json json = {
      {"type", "object"}, {"description", schema.summary}, {"additionalProperties", false}};
  Json required = Json::array();
  Json& properties = json["properties"] = Json::object();
  if (type != nullptr) {
    properties["type"] = {{"const", *type}};
    required.push_back("type");
  }
  for (const KeySchema& key : schema.keys) {
    properties[key.name] = key_json(key);
    if (is_required(key)) required.push_back(key.name);
  }
  if (!required.empty()) json["required"] = required;
  return json;
}

}  // namespace

std::string json_schema(const ObjectSchema& root, const Registry& registry) {
  Json json = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", "Parfocal experiment"}};
  json.update(object_json(root, nullptr));
  // A file with `include` gives only what differs, also by dotted keys.
  Json& properties = json["properties"];
  properties["parfocal"] = {{"const", 1}, {"description", "Version of the language."}};
  const Json file_name = {{"type", "string"}};
  properties["include"] = {{"anyOf", {file_name, {{"type", "array"}, {"items", file_name}}}},
                           {"description", "Files that this one builds on, weakest first."}};
  json["patternProperties"] = {{"^[^.]+(\\.[^.]+)+$", Json::object()}};
  if (json.contains("required")) {
    json["if"] = {{"not", {{"required", {"include"}}}}};
    json["then"] = {{"required", json["required"]}};
    json["required"] = {"parfocal"};
  }
  std::set<std::string> named_kinds;
  collect_named_kinds(root, named_kinds);
  Json& definitions = json["definitions"] = Json::object();
  for (const std::string& kind : registry.kinds()) {
    Json& types = definitions[kind]["oneOf"] = Json::array();
    for (const ComponentType* type : registry.of_kind(kind)) {
      types.push_back(object_json(*type->schema, &type->name));
      if (named_kinds.contains(kind)) types.back()["properties"]["name"] = {{"type", "string"}};
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace parfocal
