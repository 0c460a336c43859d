// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/registry.h"

namespace parfocal {

/// Every component of the program: the one place where the wings meet.
[[nodiscard]] Registry make_registry();

}  // namespace parfocal
