// SPDX-License-Identifier: Apache-2.0
#include "learned/register.h"

#include "core/operators/component.h"
#include "learned/losses/wiener_error.h"

namespace parfocal {

void register_learned(Registry& registry) {
  add_component<Loss, learned::WienerError>(registry, "wiener_error");
}

}  // namespace parfocal
