// SPDX-License-Identifier: Apache-2.0
#include "apps/registry.h"

#include "datasets/register.h"
#include "forward_models/register.h"
#include "learned/register.h"
#include "optics/register.h"
#include "solvers/register.h"

namespace parfocal {

Registry make_registry() {
  Registry registry;
  datasets::register_datasets(registry);
  optics::register_optics(registry);
  register_forward_models(registry);
  register_solvers(registry);
  register_learned(registry);
  return registry;
}

}  // namespace parfocal
