// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace parfocal::optics {

/// A length for a message, three digits in its most readable unit: "41.7 mm".
[[nodiscard]] std::string length_text(double length_m);

}  // namespace parfocal::optics
