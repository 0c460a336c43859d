// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

#include "datasets/formats/gds_file.h"
#include "datasets/formats/gds_real.h"
#include "datasets/formats/gds_records.h"
#include "datasets/formats/input_file.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{2} << 30;

/// One record after the other, each of the kind that must stand there.
class Records {
 public:
  explicit Records(const std::filesystem::path& path) : path_(path) {
    const InputFile file(path);
    if (file.size() > kMostBytes) {
      refuse(path,
             fmt::format("the file takes {} bytes, the limit is {}", file.size(), kMostBytes));
    }
    bytes_.resize(file.size());
    file.read_at(0, bytes_);
    load();
  }

  [[noreturn]] void fail(const std::string& rule) const {
    refuse(path_, fmt::format("byte {}: {}", at_, rule));
  }
  [[nodiscard]] bool is(GdsRecord record) const {
    return !ended_ && kind_ == static_cast<std::uint16_t>(record);
  }
  [[nodiscard]] bool ended() const { return ended_; }
  /// The payload of the record, of `size` bytes unless that is 0.
  std::span<const std::byte> take(GdsRecord record, std::string_view name,
                                  std::optional<std::size_t> size = {}) {
    if (ended_) fail(fmt::format("the file ends, {} is missing", name));
    if (!is(record)) {
      fail(fmt::format("record {:#06x}, expected {} ({:#06x})", kind_, name,
                       static_cast<std::uint16_t>(record)));
    }
    if (size && payload_.size() != *size) {
      fail(fmt::format("{} holds {} bytes, expected {}", name, payload_.size(), *size));
    }
    const auto payload = payload_;
    taken_at_ = at_;
    at_ += payload.size() + 4;
    load();
    return payload;
  }
  int integer16(GdsRecord record, std::string_view name) {
    return static_cast<std::int16_t>(big_endian(take(record, name, 2), 0, 2));
  }
  std::string text(GdsRecord record, std::string_view name) {
    const auto payload = take(record, name);
    std::string text(reinterpret_cast<const char*>(payload.data()), payload.size());
    if (!text.empty() && text.back() == '\0') text.pop_back();
    return text;
  }
  /// Where the record began that was taken last.
  [[noreturn]] void fail_there(const std::string& rule) const {
    refuse(path_, fmt::format("byte {}: {}", taken_at_, rule));
  }
  [[nodiscard]] static std::uint64_t big_endian(std::span<const std::byte> bytes,
                                                std::size_t offset, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t k = 0; k < width; ++k) {
      value = value << 8 | std::to_integer<std::uint64_t>(bytes[offset + k]);
    }
    return value;
  }

 private:
  void load() {
    const std::span<const std::byte> rest = std::span<const std::byte>(bytes_).subspan(at_);
    ended_ = rest.empty();
    if (ended_) return;
    if (rest.size() < 4) fail("the file ends inside a record");
    const auto length = static_cast<std::size_t>(big_endian(rest, 0, 2));
    kind_ = static_cast<std::uint16_t>(big_endian(rest, 2, 2));
    if (length < 4 || length % 2 == 1) {
      fail(fmt::format("a record of {} bytes, expected an even number from 4 on", length));
    }
    if (length > rest.size()) {
      fail(fmt::format("a record of {} bytes, but only {} are left", length, rest.size()));
    }
    payload_ = rest.subspan(4, length - 4);
  }

  std::filesystem::path path_;
  std::vector<std::byte> bytes_;
  std::size_t at_ = 0, taken_at_ = 0;
  std::uint16_t kind_ = 0;
  std::span<const std::byte> payload_;
  bool ended_ = false;
};

Ring ring_of(Records& records, double unit_m) {
  const auto payload = records.take(GdsRecord::kXy, "XY");
  const std::size_t points = payload.size() / 8;
  if (payload.size() % 8 != 0 || points < 4) {
    records.fail_there(
        fmt::format("XY holds {} bytes, expected at least 4 points", payload.size()));
  }
  if (std::memcmp(payload.data(), payload.data() + 8 * (points - 1), 8) != 0) {
    records.fail_there("the polygon is not closed");
  }
  Ring ring;
  for (std::size_t k = 0; k + 1 < points; ++k) {
    const auto coordinate = [&](std::size_t offset) {
      return static_cast<std::int32_t>(Records::big_endian(payload, 8 * k + offset, 4)) * unit_m;
    };
    ring.push_back({0.0 - coordinate(4), coordinate(0)});
  }
  return ring;
}

double height_of(Records& records) {
  if (records.integer16(GdsRecord::kPropertyNumber, "PROPATTR") != kGdsHeightProperty) {
    records.fail_there("a property that is not the height of a layer");
  }
  const std::string text = records.text(GdsRecord::kPropertyValue, "PROPVALUE");
  const std::string_view word = kGdsHeightWord;
  double height = 0.0;
  if (text.starts_with(word)) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + word.size(), end, height);
    if (error == std::errc{} && stop == end && std::isfinite(height)) return height;
  }
  records.fail_there(fmt::format("PROPVALUE \"{}\", expected \"{}\" and a number", text, word));
}

/// One BOUNDARY; the first of a layer states its height.
void read_boundary(Records& records, double unit_m, std::map<int, std::size_t>& known,
                   std::vector<PolygonLayer>& layers) {
  records.take(GdsRecord::kBoundary, "BOUNDARY", 0);
  const int number = records.integer16(GdsRecord::kLayer, "LAYER");
  if (number < 0) records.fail_there(fmt::format("layer {} is negative", number));
  if (records.integer16(GdsRecord::kDataType, "DATATYPE") != 0) {
    records.fail_there("a data type other than 0");
  }
  Ring ring = ring_of(records, unit_m);
  const auto [place, is_new] = known.emplace(number, layers.size());
  if (is_new) layers.push_back({number, height_of(records), {}});
  layers[place->second].polygons.push_back({std::move(ring), {}});
  records.take(GdsRecord::kEndElement, "ENDEL", 0);
}

}  // namespace

GdsFile read_gds(const std::filesystem::path& path) {
  Records records(path);
  GdsFile file;
  records.take(GdsRecord::kHeader, "HEADER", 2);
  records.take(GdsRecord::kBeginLibrary, "BGNLIB", 24);
  records.take(GdsRecord::kLibraryName, "LIBNAME");
  const auto units = records.take(GdsRecord::kUnits, "UNITS", 16);
  file.database_unit_m = from_gds_real(Records::big_endian(units, 8, 8));
  if (!(file.database_unit_m > 0.0)) records.fail_there("a database unit that is not positive");
  records.take(GdsRecord::kBeginStructure, "BGNSTR", 24);
  file.structure = records.text(GdsRecord::kStructureName, "STRNAME");
  std::map<int, std::size_t> known;
  while (records.is(GdsRecord::kBoundary)) {
    read_boundary(records, file.database_unit_m, known, file.layers);
  }
  records.take(GdsRecord::kEndStructure, "BOUNDARY or ENDSTR", 0);
  records.take(GdsRecord::kEndLibrary, "ENDLIB", 0);
  // Tapes were padded with zeros; this library writes none.
  if (!records.ended()) records.fail("bytes after ENDLIB");
  return file;
}

}  // namespace parfocal::formats
