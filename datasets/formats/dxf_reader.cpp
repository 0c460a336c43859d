// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "datasets/formats/dxf_file.h"
#include "datasets/formats/input_file.h"
#include "datasets/formats/polygon_pieces.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{2} << 30;

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Pairs of lines: a group code and its value.
class Groups {
 public:
  explicit Groups(const std::filesystem::path& path) : path_(path) {
    const InputFile file(path);
    if (file.size() > kMostBytes) {
      refuse(path,
             fmt::format("the file takes {} bytes, the limit is {}", file.size(), kMostBytes));
    }
    text_.resize(file.size());
    file.read_at(0, std::as_writable_bytes(std::span(text_)));
    load();
  }

  [[noreturn]] void fail(const std::string& rule) const {
    refuse(path_, fmt::format("line {}: {}", line_, rule));
  }
  [[nodiscard]] bool is(int code, std::string_view value) const {
    return code_ == code && value_ == value;
  }
  [[nodiscard]] bool is(int code) const { return code_ == code; }
  /// The value of the group, which must have this code.
  std::string_view take(int code, std::string_view what) {
    if (ended_) fail(fmt::format("the file ends, {} is missing", what));
    if (code_ != code) {
      fail(fmt::format("group {} \"{}\", expected {} (group {})", code_, value_, what, code));
    }
    const std::string_view value = value_;
    load();
    return value;
  }
  void expect(int code, std::string_view value) {
    if (!ended_ && code_ == code && value_ != value) {
      fail(fmt::format("\"{}\", expected {}", value_, value));
    }
    take(code, value);
  }
  double number(int code, std::string_view what) {
    const std::string_view text = value_;
    const std::optional<double> value = number_in<double>(text);
    if (is(code) && (!value || !std::isfinite(*value))) {
      fail(fmt::format("{} = \"{}\" is not a finite number", what, text));
    }
    take(code, what);
    return *value;
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] std::string_view value() const { return value_; }

 private:
  std::string_view next_line() {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string::npos) fail("the file ends inside a line");
    std::string_view line(text_.data() + at_, end - at_);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    at_ = end + 1;
    return line;
  }
  void load() {
    line_ += line_ == 0 ? 1 : 2;
    ended_ = at_ == text_.size();
    if (ended_) {
      code_ = -1;
      return;
    }
    std::string_view digits = next_line();
    while (!digits.empty() && digits.front() == ' ') digits.remove_prefix(1);
    const std::optional<int> code = number_in<int>(digits);
    if (!code || *code < 0) fail(fmt::format("\"{}\" is no group code", digits));
    if (at_ == text_.size())
      fail(fmt::format("the file ends, the value of group {} is missing", *code));
    code_ = *code;
    value_ = next_line();
  }

  std::filesystem::path path_;
  std::string text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 0;
  int code_ = -1;
  std::string_view value_;
  bool ended_ = false;
};

/// "LAYER 3 HEIGHT_M 1.25e-07".
PolygonLayer layer_of_comment(const Groups& groups, std::string_view text) {
  constexpr std::string_view kLayer = "LAYER ", kHeight = " HEIGHT_M ";
  const std::size_t middle = text.find(kHeight);
  if (text.starts_with(kLayer) && middle != std::string_view::npos && middle >= kLayer.size()) {
    const auto number = number_in<int>(text.substr(kLayer.size(), middle - kLayer.size()));
    const auto height = number_in<double>(text.substr(middle + kHeight.size()));
    if (number && *number >= 0 && height && std::isfinite(*height)) return {*number, *height, {}};
  }
  groups.fail(fmt::format("\"{}\", expected \"LAYER n HEIGHT_M h\"", text));
}

void skip_tables(Groups& groups, std::size_t layers) {
  groups.expect(0, "SECTION");
  groups.expect(2, "TABLES");
  groups.expect(0, "TABLE");
  groups.expect(2, "LAYER");
  groups.expect(70, std::to_string(layers));
  for (std::size_t k = 0; k < layers; ++k) {
    groups.expect(0, "LAYER");
    groups.take(2, "a layer name");
    groups.expect(70, "0");
    groups.take(62, "a color");
    groups.expect(6, "CONTINUOUS");
  }
  groups.expect(0, "ENDTAB");
  groups.expect(0, "ENDSEC");
}

using Known = std::map<std::string, std::size_t, std::less<>>;

std::size_t layer_at(Groups& groups, const Known& known) {
  const auto place = known.find(groups.value());
  if (groups.is(8) && place == known.end()) {
    groups.fail(fmt::format("layer \"{}\" is not in the comments", groups.value()));
  }
  groups.take(8, "a layer");
  return place->second;
}

void read_polyline(Groups& groups, double unit_m, const Known& known,
                   std::vector<PolygonLayer>& layers) {
  groups.expect(0, "POLYLINE");
  const std::string name(groups.value());
  PolygonLayer& layer = layers[layer_at(groups, known)];
  groups.expect(66, "1");
  for (const int code : {10, 20, 30}) groups.expect(code, "0.0");
  groups.expect(70, "1");
  Ring ring;
  while (groups.is(0, "VERTEX")) {
    groups.expect(0, "VERTEX");
    groups.expect(8, name);
    const double x = groups.number(10, "x");
    const double y = groups.number(20, "y");
    groups.expect(30, "0.0");
    ring.push_back({0.0 - y * unit_m, x * unit_m});
  }
  const double area = doubled_area(ring);
  if (!(area != 0.0)) groups.fail("the ring before this line has no area");
  if (area < 0.0 && layer.polygons.empty())
    groups.fail("the hole before this line has no boundary");
  groups.expect(0, "SEQEND");
  groups.expect(8, name);
  if (area > 0.0) {
    layer.polygons.push_back({std::move(ring), {}});
  } else {
    layer.polygons.back().holes.push_back(std::move(ring));
  }
}

}  // namespace

DxfFile read_dxf(const std::filesystem::path& path) {
  Groups groups(path);
  DxfFile file;
  if (groups.is(999, "UNIT UM")) {
    file.unit = DxfUnit::kMicrometre;
    groups.expect(999, "UNIT UM");
  } else {
    groups.expect(999, "UNIT MM");
  }
  Known known;
  while (groups.is(999)) {
    const PolygonLayer layer = layer_of_comment(groups, groups.value());
    if (!known.emplace(fmt::format("LEVEL_{}", layer.number), file.layers.size()).second) {
      groups.fail(fmt::format("layer {} stands twice", layer.number));
    }
    file.layers.push_back(layer);
    groups.take(999, "a layer");
  }
  groups.expect(0, "SECTION");
  groups.expect(2, "HEADER");
  groups.expect(9, "$ACADVER");
  groups.expect(1, "AC1009");
  groups.expect(0, "ENDSEC");
  skip_tables(groups, file.layers.size());
  groups.expect(0, "SECTION");
  groups.expect(2, "ENTITIES");
  const double unit_m = file.unit == DxfUnit::kMillimetre ? 1e-3 : 1e-6;
  while (groups.is(0, "POLYLINE")) read_polyline(groups, unit_m, known, file.layers);
  groups.expect(0, "ENDSEC");
  groups.expect(0, "EOF");
  if (!groups.ended()) groups.fail("text after EOF");
  return file;
}

}  // namespace parfocal::formats
