// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surface.h"

#include "core/check.h"

namespace parfocal::optics {

std::optional<SampledMap> Surface::sampled(double) const { return std::nullopt; }

at::Tensor Surface::height_m(const Grid&, double) const {
  throw LogicError("Surface: a sampled surface has no formula");
}

}  // namespace parfocal::optics
