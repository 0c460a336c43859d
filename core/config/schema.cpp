// SPDX-License-Identifier: Apache-2.0
#include "core/config/schema.h"

#include <algorithm>

#include "core/config/key_bounds.h"
#include "core/config/key_text.h"
#include "core/config/scalar_text.h"

namespace parfocal {
namespace {

using Names = std::vector<std::string>;

bool continues_sentence(const std::string& rule) {
  return rule.starts_with("is ") || rule.starts_with("must ") || rule.starts_with("has ");
}

/// The word by which messages call a map: its component type, its key, or the whole experiment.
std::string owner_of(const Node& map, const ReadContext& context, bool allow_type) {
  const Node* type = map.find("type");
  if (allow_type && type != nullptr && type->is_scalar()) return type->scalar;
  const std::string& path = context.path();
  return path.empty() ? "the experiment" : path.substr(path.rfind('.') + 1);
}

struct Place {
  std::string key, owner;
};

void collect_places(const ObjectSchema& schema, const std::string& owner,
                    std::vector<Place>& places) {
  for (const KeySchema& key : schema.keys) {
    places.push_back({key.name, owner});
    if (key.block != nullptr) collect_places(*key.block, key.name, places);
  }
}

/// Every key of the whole language and whom it belongs to, the blocks of the experiment first.
std::vector<Place> all_places(const ReadContext& context) {
  std::vector<Place> places;
  if (context.root() != nullptr) collect_places(*context.root(), "the experiment", places);
  for (const ComponentType* type : context.registry().all()) {
    collect_places(*type->schema, type->name, places);
  }
  return places;
}

std::string hint_elsewhere(const std::string& key, const ReadContext& context) {
  const std::vector<Place> places = all_places(context);
  Names names;
  for (const Place& place : places) {
    if (place.key == key) return "\"" + key + "\" is a key of " + place.owner;
    names.push_back(place.key);
  }
  const std::string nearest = nearest_word(key, names);
  if (nearest.empty()) return "";
  const auto place = std::ranges::find(places, nearest, &Place::key);
  return "did you mean \"" + nearest + "\", a key of " + place->owner + "?";
}

/// Nearest key of this map, one that is not written yet if there is one; else one from elsewhere.
std::string hint_for_unknown(const std::string& key, const ObjectSchema& schema, const Node& map,
                             const ReadContext& context, bool allow_type) {
  Names names = schema.key_names();
  if (allow_type) names.emplace_back("type");
  Names unused;
  for (const std::string& name : names) {
    if (map.find(name) == nullptr) unused.push_back(name);
  }
  for (const Names& candidates : {unused, names}) {
    const std::string nearest = nearest_word(key, candidates);
    if (!nearest.empty()) return "did you mean \"" + nearest + "\"?";
  }
  const std::string elsewhere = hint_elsewhere(key, context);
  return elsewhere.empty() && !names.empty() ? "known keys: " + joined_words(names) : elsewhere;
}

bool report_unknown_keys(const ObjectSchema& schema, const Node& map, ReadContext& context,
                         bool allow_type) {
  bool good = true;
  for (const Node::Entry& entry : map.entries) {
    if (schema.find(entry.key) != nullptr || (allow_type && entry.key == "type")) continue;
    ReadContext at_key = context.child(entry.key);
    at_key.error_at(entry.where, "unknown_key",
                    at_key.path() + ": unknown key of " + owner_of(map, context, allow_type),
                    hint_for_unknown(entry.key, schema, map, context, allow_type));
    good = false;
  }
  return good;
}

bool report_missing(const KeySchema& key, const Node& map, ReadContext& context, bool allow_type) {
  if (!is_required(key)) return true;
  ReadContext at_key = context.child(key.name);
  at_key.error_at(map.where, "missing_key",
                  at_key.path() + ": missing required key of " + owner_of(map, context, allow_type),
                  "add \"" + example_line(key) + "\"");
  return false;
}

/// A named variant sets defaults before any key is read.
void apply_preset(const KeySchema& key, const Node& map, void* params) {
  const Node* written = map.find(key.name);
  std::optional<Node> standing;
  if (written == nullptr) standing = key.write(params);
  const Node* word = written != nullptr ? written : standing ? &*standing : nullptr;
  if (word == nullptr || !word->is_scalar()) return;
  const auto preset = key.presets.find(word->scalar);
  if (preset != key.presets.end()) preset->second(params);
}

bool read_key(const KeySchema& key, const Node& value, ReadContext& context, void* params) {
  ReadContext at_key = context.child(key.name);
  return key.read(value, at_key, params) && check_bounds(key, value, at_key);
}

}  // namespace

void ReadContext::error(const Node& node, std::string code, const std::string& rule,
                        std::string hint) {
  std::string message = path_;
  const std::string value = shown_value(node);
  if (!value.empty()) message += " = " + value;
  if (!message.empty()) message += continues_sentence(rule) ? " " : ": ";
  diagnostics_->add({node.where, path_, std::move(code), message + rule, std::move(hint)});
}

void ReadContext::error_at(const SourceLocation& where, std::string code,
                           const std::string& message, std::string hint) {
  diagnostics_->add({where, path_, std::move(code), message, std::move(hint)});
}

bool ObjectSchema::read(const Node& map, ReadContext& context, void* params,
                        bool allow_type) const {
  context.start_at(*this);
  if (!map.is_map()) {
    context.error(map, "type", "expected a map of keys: " + joined_words(key_names()));
    return false;
  }
  bool good = report_unknown_keys(*this, map, context, allow_type);
  for (const KeySchema& key : keys) {
    if (!key.presets.empty()) apply_preset(key, map, params);
  }
  for (const KeySchema& key : keys) {
    const Node* value = map.find(key.name);
    good &= value != nullptr ? read_key(key, *value, context, params)
                             : report_missing(key, map, context, allow_type);
  }
  if (!good) return false;
  const std::size_t before = context.mistakes();
  for (const auto& check : checks) check(params, map, context);
  return context.mistakes() == before;
}

Node ObjectSchema::write(const void* params) const {
  Node map = Node::make_map();
  for (const KeySchema& key : keys) {
    if (std::optional<Node> value = key.write(params)) map.set(key.name, std::move(*value));
  }
  return map;
}

const KeySchema* ObjectSchema::find(std::string_view key) const {
  const auto found = std::ranges::find(keys, key, &KeySchema::name);
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> ObjectSchema::key_names() const {
  Names names;
  for (const KeySchema& key : keys) names.push_back(key.name);
  return names;
}

}  // namespace parfocal
