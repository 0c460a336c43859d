// SPDX-License-Identifier: Apache-2.0
#include "core/run/entry_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace parfocal {

void require_entry_name(std::string_view what, std::string_view name) {
  const bool printable = std::ranges::none_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || c == '/';
  });
  const bool sized = !name.empty() && name.size() <= 120;
  if (printable && sized && name != "." && name != ".." && name.front() != '-') return;
  throw UsageError(
      fmt::format("{} = \"{}\": becomes the name of a folder; use 1 to 120 characters without "
                  "\"/\" and control "
                  "characters, not starting with \"-\", for example \"hand_tv\"",
                  what, name.substr(0, 120)));
}

}  // namespace parfocal
