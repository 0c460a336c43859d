// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/config/key_text.h"
#include "core/config/scalar_text.h"
#include "core/config/schema.h"

namespace parfocal {
namespace {

std::vector<std::string> known_types(const Registry& registry, const std::string& kind) {
  std::vector<std::string> names;
  for (const ComponentType* type : registry.of_kind(kind)) names.push_back(type->name);
  return names;
}

std::string known_text(const Registry& registry, const std::string& kind) {
  const std::vector<std::string> names = known_types(registry, kind);
  return names.empty() ? "no " + kind + " is known" : "known: " + joined_words(names);
}

std::string article(const std::string& word) {
  const bool vowel =
      !word.empty() && std::string_view("aeiou").find(word[0]) != std::string_view::npos;
  return (vowel ? "an " : "a ") + word;
}

std::string hint_for_type(const Registry& registry, const std::string& kind,
                          const std::string& word) {
  const std::string nearest = nearest_word(word, known_types(registry, kind));
  if (!nearest.empty()) return "did you mean \"" + nearest + "\"?";
  const std::vector<const ComponentType*> elsewhere = registry.named(word);
  if (elsewhere.empty()) return "";
  return "\"" + word + "\" is " + article(elsewhere.front()->kind) + ", here " + article(kind) +
         " is expected";
}

/// The type that a component map names; reports and returns null if there is none.
const ComponentType* named_type(const std::string& kind, const Node& map, ReadContext& context) {
  const Registry& registry = context.registry();
  if (!map.is_map()) {
    std::string hint;
    if (map.is_scalar() && registry.find(kind, map.scalar) != nullptr) {
      hint = "write {type: " + map.scalar + "}";
    }
    context.error(
        map, "type",
        "expected " + article(kind) + " as a map with type: (" + known_text(registry, kind) + ")",
        hint);
    return nullptr;
  }
  const Node* word = map.find("type");
  ReadContext at_type = context.child("type");
  if (word == nullptr) {
    at_type.error_at(
        map.where, "missing_key",
        at_type.path() + ": missing type of " + article(kind) + "; " + known_text(registry, kind));
    return nullptr;
  }
  if (!word->is_scalar()) {
    at_type.error(*word, "type", "expected one word; " + known_text(registry, kind));
    return nullptr;
  }
  const ComponentType* type = registry.find(kind, word->scalar);
  if (type == nullptr) {
    at_type.error(*word, "unknown_type", "is no known " + kind + "; " + known_text(registry, kind),
                  hint_for_type(registry, kind, word->scalar));
  }
  return type;
}

/// Moves `name:` out of a component map; reports a word that cannot name a number.
bool take_name(Node& map, ReadContext& context, std::string& name) {
  const Node* written = map.find("name");
  if (written == nullptr) return true;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (!written->is_scalar() || written->scalar.empty() ||
      !std::ranges::all_of(written->scalar, plain)) {
    ReadContext at_name = context.child("name");
    at_name.error(*written, "name", "expected a word of letters, digits and _");
    return false;
  }
  name = written->scalar;
  std::erase_if(map.entries, [](const Node::Entry& e) { return e.key == "name"; });
  return true;
}

}  // namespace

namespace schema_detail {

bool read_block(const ObjectSchema& schema, const Node& node, ReadContext& context, void* params) {
  return schema.read(node, context, params, false);
}

bool read_blocks(const Node& node, ReadContext& context,
                 const std::function<bool(const std::string&, const Node&, ReadContext&)>& read) {
  if (!node.is_map()) {
    context.error(node, "type", "expected a map of named blocks");
    return false;
  }
  bool good = true;
  for (const Node::Entry& entry : node.entries) {
    ReadContext at_block = context.child(entry.key);
    good &= read(entry.key, entry.value, at_block);
  }
  return good;
}

bool read_component(const ComponentPlace& place, const Node& node, ReadContext& context,
                    ComponentConfig& component) {
  const ComponentType* type = named_type(place.kind, node, context);
  if (type == nullptr) return false;
  std::string name;
  Node keys = node;
  if (place.named && !take_name(keys, context, name)) return false;
  const std::shared_ptr<void> params = type->make_params();
  if (!type->schema->read(keys, context, params.get(), true)) return false;
  component = {type, params, context.path(), std::move(name), node.where};
  return true;
}

bool read_components(const ComponentPlace& place, const Node& node, ReadContext& context,
                     std::vector<ComponentConfig>& components) {
  if (!node.is_list()) {
    context.error(
        node, "type", "expected a list of maps with type:",
        node.is_map() && node.find("type") != nullptr ? "put it into brackets: [{type: ...}]" : "");
    return false;
  }
  std::vector<ComponentConfig> read(node.items.size());
  bool good = true;
  for (std::size_t i = 0; i < read.size(); ++i) {
    ReadContext at_item = context.child(std::to_string(i));
    good &= read_component(place, node.items[i], at_item, read[i]);
  }
  if (good) components = std::move(read);
  return good;
}

bool read_elements(const std::string& kind, const Node& node, ReadContext& context,
                   std::vector<NamedComponent>& elements) {
  if (!node.is_map()) {
    context.error(node, "type", "expected a map of named elements, each with type:");
    return false;
  }
  std::vector<NamedComponent> read;
  bool good = true;
  for (const Node::Entry& entry : node.entries) {
    ReadContext at_element = context.child(entry.key);
    NamedComponent& element = read.emplace_back();
    element.name = entry.key;
    good &= read_component({kind}, entry.value, at_element, element.component);
  }
  if (good) elements = std::move(read);
  return good;
}

bool read_choice(const std::vector<std::string>& words, const Node& node, ReadContext& context,
                 std::size_t& index) {
  const auto found = std::ranges::find(words, node.scalar);
  if (node.is_scalar() && found != words.end()) {
    index = static_cast<std::size_t>(found - words.begin());
    return true;
  }
  const std::string expected = "expected one of: " + joined_words(words);
  const std::string nearest = node.is_scalar() ? nearest_word(node.scalar, words) : "";
  context.error(node, "choice", node.is_null() ? "has no value; " + expected : expected,
                nearest.empty() ? "" : "did you mean \"" + nearest + "\"?");
  return false;
}

Node write_component(const ComponentConfig& component) {
  Node map = Node::make_map();
  map.set("type", Node::make_scalar(component.type->name));
  if (!component.name.empty()) map.set("name", Node::make_scalar(component.name));
  for (Node::Entry& entry : component.type->schema->write(component.params.get()).entries) {
    map.entries.push_back(std::move(entry));
  }
  return map;
}

Node write_components(const std::vector<ComponentConfig>& components) {
  Node list = Node::make_list();
  for (const ComponentConfig& component : components)
    list.items.push_back(write_component(component));
  return list;
}

Node write_elements(const std::vector<NamedComponent>& elements) {
  Node map = Node::make_map();
  for (const NamedComponent& element : elements) {
    map.set(element.name, write_component(element.component));
  }
  return map;
}

}  // namespace schema_detail
}  // namespace parfocal
