// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace parfocal {

/// Base64 with padding and without line breaks (RFC 4648, section 4), for data inside a report.
[[nodiscard]] std::string base64_encode(std::span<const std::byte> bytes);

}  // namespace parfocal
