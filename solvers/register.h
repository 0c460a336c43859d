// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/registry.h"

namespace parfocal {

/// Adds every solver and every prior of this folder.
void register_solvers(Registry& registry);

}  // namespace parfocal
