// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "datasets/formats/emitter_tables.h"
#include "datasets/formats/input_file.h"

namespace parfocal::formats {
namespace {

constexpr std::size_t kHeader = 16, kRecord = 72;
/// Places in a record, in numbers of 4 bytes.
constexpr std::size_t kX = 0, kY = 1, kFrame = 13, kZ = 16;

template <class T>
T number(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

Table read_insight3(const std::filesystem::path& path) {
  const InputFile file(path);
  std::array<std::byte, kHeader> header;
  file.read_at(0, header);
  if (std::memcmp(header.data(), "M425", 4) != 0) refuse(path, "byte 0: not \"M425\"");
  const auto count = number<std::int32_t>(header.data() + 12);
  if (count < 0) refuse(path, fmt::format("byte 12: {} molecules", count));
  const auto rows = static_cast<std::size_t>(count);
  if (!file.holds(kHeader, rows * kRecord)) {
    refuse(path,
           fmt::format("{} molecules take {} bytes, but the file ends at byte {}: molecule {} "
                       "is not whole",
                       rows, kHeader + rows * kRecord, file.size(),
                       (file.size() - kHeader) / kRecord));
  }
  std::vector<std::byte> records(rows * kRecord);
  file.read_at(kHeader, records);
  Table table;
  std::vector<double> frame(rows), x(rows), y(rows), z(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::byte* at = records.data() + row * kRecord;
    x[row] = static_cast<double>(number<float>(at + 4 * kX)) - 1;
    y[row] = static_cast<double>(number<float>(at + 4 * kY)) - 1;
    frame[row] = static_cast<double>(number<std::int32_t>(at + 4 * kFrame)) - 1;
    z[row] = static_cast<double>(number<float>(at + 4 * kZ)) * 1e-9;
  }
  table.add("frame", "", std::move(frame));
  table.add("x", "px", std::move(x));
  table.add("y", "px", std::move(y));
  table.add("z", "m", std::move(z));
  return table;
}

}  // namespace parfocal::formats
