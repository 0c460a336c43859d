// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "optics/optical_element.h"
#include "optics/sources/condenser.h"

namespace parfocal::conformance {

/// Green light in air on `grid`.
[[nodiscard]] optics::Beam test_beam(const Grid& grid);

/// Patterns of a condenser at sines of -0.6 to 0.6.
[[nodiscard]] at::Tensor test_patterns(const optics::Condenser& condenser);

}  // namespace parfocal::conformance
