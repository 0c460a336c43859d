// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace parfocal {

/// Checks a name from an experiment file that becomes one folder or file name: 1 to 120 bytes, no
/// slash, no control character, neither "." nor ".." nor a leading "-".
/// \throws UsageError: `what = "NAME"`, the rule, the remedy.
void require_entry_name(std::string_view what, std::string_view name);

}  // namespace parfocal
