// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "optics/optical_element.h"

namespace parfocal::conformance {

/// Green light in air on `grid`.
[[nodiscard]] optics::Beam test_beam(const Grid& grid);

}  // namespace parfocal::conformance
