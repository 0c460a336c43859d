// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace parfocal {

/// "parfocal 0.1.0 (commit 0123abcd)".
[[nodiscard]] std::string version_text();
/// Version, commit, build and the versions of the libraries underneath.
[[nodiscard]] nlohmann::json version_json();
/// Name -> version of what the program stands on.
[[nodiscard]] std::map<std::string, std::string> library_versions();

}  // namespace parfocal
