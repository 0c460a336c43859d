// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/registry.h"

namespace parfocal {

/// Where an experiment departs from the named variant of an algorithm, one line per key:
/// "mu2 = 0.0001 (variant tutorial: 1e-05)". Empty for a component without variants.
[[nodiscard]] std::vector<std::string> deviations_from_variant(const ComponentConfig& component);

}  // namespace parfocal
