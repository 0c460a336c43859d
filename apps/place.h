// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/node.h"
#include "core/config/registry.h"
#include "core/config/schema.h"

namespace parfocal {

/// What stands at a dotted path: a block or component (`schema`), or one key of it (`key`).
struct Place {
  const ObjectSchema* schema = nullptr;
  std::string title;               ///< Component type or name of the block.
  const KeySchema* key = nullptr;  ///< Set where the path ends at a plain key.
  const Node* node = nullptr;      ///< The value in the file; null where it is not written.
};

/// Follows `path` from `schema`; `node` is the map that the schema describes, or null without a
/// file. The type of a component is what the file says.
/// \throws UsageError naming the first word that leads nowhere, and the nearest one that does.
[[nodiscard]] Place find_place(const ObjectSchema& schema, const std::string& title,
                               const Node* node, const std::string& path, const Registry& registry);

}  // namespace parfocal
