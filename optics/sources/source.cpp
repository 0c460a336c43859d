// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/source.h"

#include "core/error.h"

namespace parfocal::optics {

at::Tensor Source::apply(const at::Tensor&, const Beam&) const {
  throw UsageError("optics: a source lets no light through; it stands first in the block");
}

Beam beam_of(const Grid& grid, const SpectralLine& line, double index_medium) {
  return {grid, line.wavelength_m.item<double>(), index_medium, line.wavelength_m};
}

}  // namespace parfocal::optics
