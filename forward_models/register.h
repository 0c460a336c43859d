// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/registry.h"

namespace parfocal {

/// Adds every forward model of this folder.
void register_forward_models(Registry& registry);

}  // namespace parfocal
