// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "core/config/registry.h"
#include "optics/register.h"

int main() {
  parfocal::Registry registry;
  parfocal::optics::register_optics(registry);
  for (const auto* type : registry.all()) std::cout << type->kind << " " << type->name << "\n";
}
