// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/registry.h"

namespace parfocal::datasets {

/// Scenes and other components of this wing.
void register_datasets(Registry& registry);

}  // namespace parfocal::datasets
