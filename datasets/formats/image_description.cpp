// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/image_description.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace parfocal::formats {
namespace {

// The micro sign U+00B5, the Greek mu U+03BC, the Latin-1 byte, and the escape that ImageJ writes.
constexpr std::array<std::pair<std::string_view, int>, 16> kUnits = {{{"m", 0},
                                                                      {"cm", -2},
                                                                      {"mm", -3},
                                                                      {"um", -6},
                                                                      {"\xC2\xB5m", -6},
                                                                      {"\xCE\xBCm", -6},
                                                                      {"\xB5m", -6},
                                                                      {"\\u00B5m", -6},
                                                                      {"micron", -6},
                                                                      {"microns", -6},
                                                                      {"micrometer", -6},
                                                                      {"nm", -9},
                                                                      {"pm", -12},
                                                                      {"\xC3\x85", -10},
                                                                      {"A", -10},
                                                                      {"km", 3}}};

double number(std::string_view text, std::string_view what) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    throw std::invalid_argument(fmt::format("{} = \"{}\" is not a number", what, text));
  }
  return value;
}

void take_line(std::string_view key, std::string_view value, ImageJDescription& out) {
  if (key == "images") out.images = whole_number(value, key, 1);
  if (key == "channels") out.channels = whole_number(value, key, 1);
  if (key == "slices") out.slices = whole_number(value, key, 1);
  if (key == "frames") out.frames = whole_number(value, key, 1);
  if (key == "unit") out.unit = std::string(value);
  if (key == "spacing") out.spacing = number(value, key);
}

}  // namespace

std::int64_t whole_number(std::string_view text, std::string_view what, std::int64_t least) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || value < least) {
    throw std::invalid_argument(
        fmt::format("{} = \"{}\" is not a whole number >= {}", what, text, least));
  }
  return value;
}

std::optional<ImageJDescription> parse_imagej(std::string_view description) {
  if (!description.starts_with("ImageJ=")) return std::nullopt;
  ImageJDescription out;
  while (!description.empty()) {
    const std::size_t end = std::min(description.find('\n'), description.size());
    std::string_view line = description.substr(0, end);
    description.remove_prefix(std::min(end + 1, description.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    take_line(line.substr(0, equals), line.substr(equals + 1), out);
  }
  return out;
}

std::optional<int> exponent_of_unit(std::string_view unit) {
  for (const auto& [name, exponent] : kUnits) {
    if (name == unit) return exponent;
  }
  return std::nullopt;
}

double scaled_decimal(std::string_view decimal, int exponent) {
  const std::size_t e = decimal.find_first_of("eE");
  std::string_view own = e == std::string_view::npos ? "0" : decimal.substr(e + 1);
  if (own.starts_with('+')) own.remove_prefix(1);
  const std::int64_t shift = whole_number(own, "exponent", -400);
  const std::string mantissa(decimal.substr(0, e));
  return number(fmt::format("{}e{}", mantissa, shift + exponent), decimal);
}

}  // namespace parfocal::formats
