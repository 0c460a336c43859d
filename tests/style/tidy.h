// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/style/shell.h"

namespace parfocal::style {

/// Why clang-tidy cannot judge here: "" when it can.
[[nodiscard]] std::string why_no_tidy();

/// clang-tidy with the project's configuration on files of this build, named from the top.
[[nodiscard]] CommandResult tidy(const std::string& files);

/// clang-tidy with the project's configuration on a file of its own, without LibTorch.
[[nodiscard]] CommandResult tidy_alone(const std::string& file);

}  // namespace parfocal::style
