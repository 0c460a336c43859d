// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/pattern.h"

#include "core/check.h"

namespace parfocal::optics {

std::optional<SampledMap> Pattern::sampled() const { return std::nullopt; }

at::Tensor Pattern::transmission(const Grid&) const {
  throw LogicError("Pattern: a sampled pattern has no formula");
}

}  // namespace parfocal::optics
