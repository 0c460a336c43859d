// SPDX-License-Identifier: Apache-2.0
#include "core/config/variant.h"

#include <algorithm>

#include "core/config/scalar_text.h"
#include "core/config/schema.h"

namespace parfocal {

std::vector<std::string> deviations_from_variant(const ComponentConfig& component) {
  const ObjectSchema& schema = *component.type->schema;
  const auto variant_key = std::find_if(schema.keys.begin(), schema.keys.end(),
                                        [](const KeySchema& key) { return !key.presets.empty(); });
  if (variant_key == schema.keys.end()) return {};

  const Node chosen = schema.write(component.params.get());
  const std::string variant = chosen.find(variant_key->name)->scalar;
  const std::shared_ptr<void> preset = component.type->make_params();
  variant_key->presets.at(variant)(preset.get());
  const Node expected = schema.write(preset.get());

  std::vector<std::string> lines;
  for (const Node::Entry& entry : chosen.entries) {
    if (entry.key == variant_key->name) continue;
    const Node* usual = expected.find(entry.key);
    const std::string usual_text = usual == nullptr ? "absent" : inline_text(*usual);
    const std::string text = inline_text(entry.value);
    if (text != usual_text) lines.push_back(entry.key + " = " + text + " (variant " + variant + ": " + usual_text + ")");
  }
  return lines;
}

}  // namespace parfocal
