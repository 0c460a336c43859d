// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/operators/component.h"

namespace parfocal::optics {

/// An `optics` block as an experiment has it. \throws ConfigError.
std::vector<NamedComponent> optics_block(const std::string& yaml);

/// float64 on the CPU, with the block and the samples of the light.
BuildContext context_with(const std::vector<NamedComponent>& block, const Grid& light);

}  // namespace parfocal::optics
