// SPDX-License-Identifier: Apache-2.0
#include "tests/optics/views/optics_block.h"

#include "core/config/document.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {

std::vector<NamedComponent> optics_block(const std::string& yaml) {
  Diagnostics diagnostics;
  ReadContext context(optics_registry(), diagnostics, "optics");
  std::vector<NamedComponent> block;
  schema_detail::read_elements("element", parse_yaml(yaml, "test.yaml"), context, block);
  diagnostics.throw_if_any();
  return block;
}

BuildContext context_with(const std::vector<NamedComponent>& block, const Grid& light) {
  BuildContext context;
  context.path = "views.screen";
  context.dtype = at::kDouble;
  context.optics = &block;
  context.sensor = light;
  return context;
}

}  // namespace parfocal::optics
