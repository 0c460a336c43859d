// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace parfocal {

/// How this program was built; fixed when CMake configures.
struct BuildInfo {
  std::string_view version;
  std::string_view git_commit;  ///< 40 hex digits, or "unknown" outside a git checkout
  std::string_view git_dirty;   ///< "true", "false" or "unknown"
  std::string_view build_type;
  std::string_view compiler;
  std::string_view flags;
  int cxx_standard = 0;
};

[[nodiscard]] const BuildInfo& build_info();

}  // namespace parfocal
