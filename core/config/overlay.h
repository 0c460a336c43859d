// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/diagnostics.h"
#include "core/config/node.h"

namespace parfocal {

/// Lays one value over another by the rule of the experiment language (see `overlay`).
void overlay_value(Node& base, const Node& change);

/// Lays `change` over the value at a dotted path of `root`, creating maps on the way. Reports an
/// index outside its list, and a path that leads through a plain value.
void overlay_at(Node& root, const std::string& dotted, const SourceLocation& key_where,
                const Node& change, Diagnostics& diagnostics);

/// `overlay` that collects its mistakes.
void overlay_map(Node& base, const Node& changes, Diagnostics& diagnostics);

}  // namespace parfocal
