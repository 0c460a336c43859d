// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/registry.h"

namespace parfocal::optics {

/// Adds every component of this wing: elements, surfaces, patterns, PSFs, detectors.
void register_optics(Registry& registry);

}  // namespace parfocal::optics
