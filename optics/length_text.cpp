// SPDX-License-Identifier: Apache-2.0
#include "optics/length_text.h"

#include <fmt/format.h>

#include "core/units/quantity_text.h"

namespace parfocal::optics {

std::string length_text(double length_m) {
  const auto rounded = parse_real(fmt::format("{:.2e}", length_m));
  return format_quantity(rounded.value_or(length_m), Dimension::kLength);
}

}  // namespace parfocal::optics
