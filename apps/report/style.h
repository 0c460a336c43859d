// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace parfocal::report {

/// The style sheet of every report, light and dark, screen and paper.
extern const std::string_view kStyle;

/// Zoom by click or Enter, and one brightness slider per image. Without it the report still shows
/// everything.
extern const std::string_view kScript;

}  // namespace parfocal::report
