// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "datasets/formats/gds_file.h"
#include "datasets/formats/gds_real.h"
#include "datasets/formats/gds_records.h"
#include "datasets/formats/polygon_pieces.h"

namespace parfocal::formats {
namespace {

constexpr std::size_t kMostPoints = 8190;  // the closing point makes 8191
constexpr double kUserUnit_m = 1e-6;
constexpr std::size_t kLongestName = 32;

class Stream {
 public:
  void integers16(GdsRecord record, std::initializer_list<int> values) {
    begin(record, 2 * values.size());
    for (const int value : values) big_endian(static_cast<std::uint16_t>(value), 2);
  }
  void reals(GdsRecord record, std::initializer_list<double> values) {
    begin(record, 8 * values.size());
    for (const double value : values) big_endian(to_gds_real(value), 8);
  }
  /// Padded to an even length by a zero byte.
  void text(GdsRecord record, std::string_view value) {
    begin(record, value.size() + value.size() % 2);
    bytes_ += value;
    if (value.size() % 2 == 1) bytes_ += '\0';
  }
  void points(const std::vector<std::array<std::int32_t, 2>>& xy) {
    begin(GdsRecord::kXy, 8 * xy.size());
    for (const auto& point : xy) {
      for (const std::int32_t value : point) big_endian(static_cast<std::uint32_t>(value), 4);
    }
  }
  void begin(GdsRecord record, std::size_t payload = 0) {
    big_endian(payload + 4, 2);
    big_endian(static_cast<std::uint16_t>(record), 2);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void big_endian(std::uint64_t value, int width) {
    for (int k = width - 1; k >= 0; --k) {
      bytes_ += static_cast<char>(static_cast<unsigned char>(value >> (8 * k)));
    }
  }

  std::string bytes_;
};

void check_options(const GdsOptions& options) {
  const double unit = options.database_unit_m;
  if (!(std::isfinite(unit) && unit > 0.0)) {
    throw UsageError(fmt::format("GDSII: database unit = {} m: expected more than 0", unit));
  }
  const std::string& name = options.structure;
  const bool good = !name.empty() && name.size() <= kLongestName &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                             (c >= '0' && c <= '9') || c == '_' || c == '?' || c == '$';
                    });
  if (!good) {
    throw UsageError(fmt::format(
        "GDSII: structure = {}: expected 1 to {} letters, digits, _, ? or $", name, kLongestName));
  }
}

std::int32_t in_units(double value_m, double unit_m, int layer) {
  constexpr double kLimit = 2147483647.0;
  const double units = std::round(value_m / unit_m);
  if (!(std::abs(units) <= kLimit)) {
    throw UsageError(
        fmt::format("GDSII: layer {}: the coordinate {} m is {} database units of {} m, the limit "
                    "is {}; give a "
                    "coarser unit",
                    layer, value_m, units, unit_m, kLimit));
  }
  return static_cast<std::int32_t>(units);
}

/// Closed: the first point stands at the end again.
std::vector<std::array<std::int32_t, 2>> closed_xy(const Ring& ring, double unit_m, int layer) {
  std::vector<std::array<std::int32_t, 2>> xy;
  for (const Point& point : ring) {
    const std::array<std::int32_t, 2> next{in_units(point.x_m, unit_m, layer),
                                           in_units(-point.y_m, unit_m, layer)};
    if (xy.empty() || xy.back() != next) xy.push_back(next);
  }
  if (xy.size() > 1 && xy.front() == xy.back()) xy.pop_back();
  double area = 0.0;
  for (std::size_t k = 0; k < xy.size(); ++k) {
    const auto &a = xy[k], &b = xy[(k + 1) % xy.size()];
    area += static_cast<double>(a[0]) * b[1] - static_cast<double>(b[0]) * a[1];
  }
  if (area == 0.0) {
    throw UsageError(fmt::format(
        "GDSII: layer {}: a polygon at x = {} m, y = {} m has no area in database units of {} m; "
        "give a finer unit",
        layer, ring.empty() ? 0.0 : ring[0].x_m, ring.empty() ? 0.0 : ring[0].y_m, unit_m));
  }
  xy.push_back(xy.front());
  return xy;
}

void write_layer(Stream& stream, const PolygonLayer& layer, double unit_m) {
  bool first = true;
  for (const Polygon& polygon : layer.polygons) {
    for (const Ring& ring : simple_pieces(polygon, kMostPoints)) {
      stream.begin(GdsRecord::kBoundary);
      stream.integers16(GdsRecord::kLayer, {layer.number});
      stream.integers16(GdsRecord::kDataType, {0});
      stream.points(closed_xy(ring, unit_m, layer.number));
      if (first) {
        stream.integers16(GdsRecord::kPropertyNumber, {kGdsHeightProperty});
        stream.text(GdsRecord::kPropertyValue, fmt::format("{}{}", kGdsHeightWord, layer.height_m));
      }
      stream.begin(GdsRecord::kEndElement);
      first = false;
    }
  }
}

void check_layers(const std::vector<PolygonLayer>& layers) {
  std::set<int> numbers;
  for (const PolygonLayer& layer : layers) {
    if (layer.number < 0 || layer.number > 32767 || !numbers.insert(layer.number).second) {
      throw UsageError(fmt::format("GDSII: layer number {}: expected 0 to 32767, each number once",
                                   layer.number));
    }
    if (!std::isfinite(layer.height_m)) {
      throw UsageError(fmt::format("GDSII: layer {}: height = {} m: expected a finite number",
                                   layer.number, layer.height_m));
    }
  }
}

}  // namespace

void write_gds(const std::filesystem::path& path, const std::vector<PolygonLayer>& layers,
               const GdsOptions& options) {
  check_options(options);
  check_layers(layers);
  // 1 January 1970, twice: last change and last access.
  const std::initializer_list<int> date{1970, 1, 1, 0, 0, 0, 1970, 1, 1, 0, 0, 0};
  Stream stream;
  stream.integers16(GdsRecord::kHeader, {kGdsVersion});
  stream.integers16(GdsRecord::kBeginLibrary, date);
  stream.text(GdsRecord::kLibraryName, "PARFOCAL");
  stream.reals(GdsRecord::kUnits, {options.database_unit_m / kUserUnit_m, options.database_unit_m});
  stream.integers16(GdsRecord::kBeginStructure, date);
  stream.text(GdsRecord::kStructureName, options.structure);
  for (const PolygonLayer& layer : layers) write_layer(stream, layer, options.database_unit_m);
  stream.begin(GdsRecord::kEndStructure);
  stream.begin(GdsRecord::kEndLibrary);
  write_file_atomically(path, std::string_view(stream.bytes()));
}

}  // namespace parfocal::formats
