// SPDX-License-Identifier: Apache-2.0
#include "learned/register.h"

#include "core/operators/component.h"

namespace parfocal {

void register_learned(Registry&) {}

}  // namespace parfocal
