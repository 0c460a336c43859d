// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace parfocal {

/// Number of single-character insertions, deletions, substitutions and transpositions of neighbours
/// that turn `a` into `b` (optimal string alignment: no substring is edited twice).
[[nodiscard]] int edit_distance(std::string_view a, std::string_view b);

}  // namespace parfocal
