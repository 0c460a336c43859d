// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "datasets/formats/dxf_file.h"
#include "datasets/formats/polygon_pieces.h"

namespace parfocal::formats {
namespace {

constexpr double kLargest = 1e6;
constexpr int kColors = 7;  // 1 .. 7 have names and show on every screen

class Drawing {
 public:
  explicit Drawing(DxfUnit unit)
      : unit_m_(unit == DxfUnit::kMillimetre ? 1e-3 : 1e-6),
        decimals_(unit == DxfUnit::kMillimetre ? 9 : 6) {}

  void group(int code, std::string_view value) { text_ += fmt::format("{}\n{}\n", code, value); }
  void coordinate(int code, double value_m) {
    const double value = value_m / unit_m_;
    if (!(std::abs(value) <= kLargest)) {
      throw UsageError(fmt::format(
          "DXF: the coordinate {} m is {} units, the limit is {}; choose the other unit", value_m,
          value, kLargest));
    }
    std::string digits = fmt::format("{:.{}f}", value, decimals_);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits += '0';
    group(code, digits == "-0.0" ? "0.0" : digits);
  }
  void ring(const std::string& layer, Ring points, bool outer) {
    const double area = doubled_area(points);
    if (!(area != 0.0)) throw UsageError("DXF: " + layer + ": a ring without area");
    if ((area > 0.0) != outer) std::reverse(points.begin(), points.end());
    group(0, "POLYLINE");
    group(8, layer);
    group(66, "1");
    origin();
    group(70, "1");
    for (const Point& point : points) {
      group(0, "VERTEX");
      group(8, layer);
      coordinate(10, point.x_m);
      coordinate(20, -point.y_m);
      group(30, "0.0");
    }
    group(0, "SEQEND");
    group(8, layer);
  }
  void origin() {
    for (const int code : {10, 20, 30}) group(code, "0.0");
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  double unit_m_;
  int decimals_;
  std::string text_;
};

std::string name_of(const PolygonLayer& layer) { return fmt::format("LEVEL_{}", layer.number); }

void check_layers(const std::vector<PolygonLayer>& layers) {
  std::set<int> numbers;
  for (const PolygonLayer& layer : layers) {
    if (layer.number < 0 || !numbers.insert(layer.number).second) {
      throw UsageError(
          fmt::format("DXF: layer number {}: expected 0 or more, each number once", layer.number));
    }
    if (!std::isfinite(layer.height_m)) {
      throw UsageError(fmt::format("DXF: layer {}: height = {} m: expected a finite number",
                                   layer.number, layer.height_m));
    }
  }
}

void write_tables(Drawing& drawing, const std::vector<PolygonLayer>& layers) {
  drawing.group(0, "SECTION");
  drawing.group(2, "TABLES");
  drawing.group(0, "TABLE");
  drawing.group(2, "LAYER");
  drawing.group(70, std::to_string(layers.size()));
  for (const PolygonLayer& layer : layers) {
    drawing.group(0, "LAYER");
    drawing.group(2, name_of(layer));
    drawing.group(70, "0");
    drawing.group(62, std::to_string(layer.number % kColors + 1));
    drawing.group(6, "CONTINUOUS");
  }
  drawing.group(0, "ENDTAB");
  drawing.group(0, "ENDSEC");
}

}  // namespace

void write_dxf(const std::filesystem::path& path, const std::vector<PolygonLayer>& layers,
               DxfUnit unit) {
  check_layers(layers);
  Drawing drawing(unit);
  drawing.group(999, unit == DxfUnit::kMillimetre ? "UNIT MM" : "UNIT UM");
  for (const PolygonLayer& layer : layers) {
    drawing.group(999, fmt::format("LAYER {} HEIGHT_M {}", layer.number, layer.height_m));
  }
  drawing.group(0, "SECTION");
  drawing.group(2, "HEADER");
  drawing.group(9, "$ACADVER");
  drawing.group(1, "AC1009");
  drawing.group(0, "ENDSEC");
  write_tables(drawing, layers);
  drawing.group(0, "SECTION");
  drawing.group(2, "ENTITIES");
  for (const PolygonLayer& layer : layers) {
    for (const Polygon& polygon : layer.polygons) {
      drawing.ring(name_of(layer), polygon.outer, true);
      for (const Ring& hole : polygon.holes) drawing.ring(name_of(layer), hole, false);
    }
  }
  drawing.group(0, "ENDSEC");
  drawing.group(0, "EOF");
  write_file_atomically(path, std::string_view(drawing.text()));
}

}  // namespace parfocal::formats
