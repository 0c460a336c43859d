// SPDX-License-Identifier: Apache-2.0
#include "core/config/variant.h"

#include <algorithm>

#include "core/config/scalar_text.h"
#include "core/config/schema.h"

namespace parfocal {
namespace {

std::string text_of(const Node& map, const std::string& key) {
  const Node* value = map.find(key);
  return value == nullptr ? "absent" : inline_text(*value);
}

}  // namespace

std::vector<std::string> deviations_from_variant(const ComponentConfig& component) {
  const ObjectSchema& schema = *component.type->schema;
  const auto variant_key =
      std::ranges::find_if(schema.keys, [](const KeySchema& key) { return !key.presets.empty(); });
  if (variant_key == schema.keys.end()) return {};
  const Node chosen = schema.write(component.params.get());
  const Node* variant = chosen.find(variant_key->name);
  if (variant == nullptr) return {};

  const std::shared_ptr<void> preset = component.type->make_params();
  variant_key->presets.at(variant->scalar)(preset.get());
  const Node usual = schema.write(preset.get());

  std::vector<std::string> lines;
  for (const KeySchema& key : schema.keys) {
    if (&key == &*variant_key || key.required) continue;  // A required key has no usual value.
    const std::string text = text_of(chosen, key.name), usual_text = text_of(usual, key.name);
    if (text == usual_text) continue;
    lines.push_back(key.name + " = " + text + " (variant " + variant->scalar + ": " + usual_text +
                    ")");
  }
  return lines;
}

}  // namespace parfocal
