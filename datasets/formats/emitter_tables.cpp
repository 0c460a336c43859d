// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/emitter_tables.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "datasets/formats/input_file.h"

namespace parfocal::formats {

Table read_emitters(const std::filesystem::path& path, double pitch_m) {
  using namespace std::string_view_literals;
  const InputFile file(path);
  std::array<std::byte, 8> head = {};
  file.read_at(0, std::span(head).first(std::min<std::uint64_t>(file.size(), head.size())));
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text == "\x89HDF\r\n\x1a\n"sv) return read_picasso(path);
  if (text.starts_with("M425"sv)) return read_insight3(path);
  return read_thunderstorm(path, pitch_m);
}

}  // namespace parfocal::formats
