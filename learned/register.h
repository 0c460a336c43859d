// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/registry.h"

namespace parfocal {

/// Adds every network, loss and learned prior of this folder.
void register_learned(Registry& registry);

}  // namespace parfocal
