// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/schema.h"

namespace parfocal::test {

/// One experiment file with exactly one mistake, and what must be said about it.
struct BrokenConfig {
  std::string defect;      ///< "typo", "unit", "bare_number", "range", "type", "choice", ...
  std::string text;        ///< The YAML.
  int line = 0;            ///< Where the mistake must be reported, from 1.
  std::string path;        ///< Dotted path of the key.
  std::string suggestion;  ///< Word that the hint must hold; empty if none is asked for.
};

/// Breaks a valid experiment in every way that its schema knows, one defect each: typo of a key,
/// unknown key, duplicate key, missing key, wrong unit, bare number, value out of range, wrong
/// type, wrong word, unknown component type. `n` are drawn, seeded, from all possible ones; every
/// site comes before any is repeated with another random typo.
[[nodiscard]] std::vector<BrokenConfig> broken_configs(const ObjectSchema& root,
                                                       const Registry& registry, const Node& valid,
                                                       std::size_t n, std::uint64_t seed);

}  // namespace parfocal::test
