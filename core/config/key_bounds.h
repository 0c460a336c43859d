// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/schema.h"

namespace parfocal {

/// Whether every number of a value lies in the range of its key; else reports each that does not.
/// `value` has been read without a mistake.
[[nodiscard]] bool check_bounds(const KeySchema& key, const Node& value, ReadContext& context);

/// The range as `explain` and the manual show it: "> 0 m, <= 20 um"; empty if there is none.
[[nodiscard]] std::string range_text(const KeySchema& key);

}  // namespace parfocal
