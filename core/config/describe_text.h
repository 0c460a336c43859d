// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/registry.h"
#include "core/config/schema.h"

namespace parfocal {

/// What `parfocal explain` prints for a component or a block: summary, equation, citations,
/// convention, and a table of keys with type, unit, range, default, whether it can be trained.
[[nodiscard]] std::string explain(const ObjectSchema& schema, const std::string& title,
                                  const Registry& registry);

/// What it prints for one key: kind, dimension, range, default, sentence, an example line.
[[nodiscard]] std::string explain_key(const ObjectSchema& schema, const std::string& owner,
                                      const std::string& key, const Registry& registry);

/// One page of the generated manual, Markdown.
[[nodiscard]] std::string manual_page(const ObjectSchema& schema, const std::string& title,
                                      const Registry& registry);

/// JSON Schema (draft-07) of `root`, every component kind under `definitions`.
[[nodiscard]] std::string json_schema(const ObjectSchema& root, const Registry& registry);

}  // namespace parfocal
