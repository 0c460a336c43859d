// SPDX-License-Identifier: Apache-2.0
#include "core/units/quantity_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/units/decimal.h"
#include "core/units/edit_distance.h"
#include "core/units/unit_table.h"

namespace parfocal {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string article_and_name(Dimension dimension) {
  const std::string_view name = name_of(dimension);
  const bool vowel = std::string_view("aeiou").find(name.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(name);
}

std::string expected(Dimension dimension, std::string_view example) {
  const bool bare = dimension == Dimension::kNumber || dimension == Dimension::kRatio;
  return "expected " + article_and_name(dimension) + (bare ? "" : " with a unit") +
         ", for example " + quoted(example);
}

const Unit* find_unit(Dimension dimension, std::string_view name) {
  for (const Unit& unit : unit_table(dimension)) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

std::optional<Dimension> dimension_of_unit(std::string_view name) {
  for (Dimension dimension : dimensions_with_units()) {
    if (find_unit(dimension, name) != nullptr) return dimension;
  }
  return std::nullopt;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// The unit of `dimension` whose spelling comes closest; a wrong letter case costs nothing. Among
/// equals, one of the same length and then of the same first letter: "mn" is "mm" rather than "m".
std::string_view nearest_unit(Dimension dimension, std::string_view name) {
  std::string_view nearest;
  int best = 4 * (name.size() > 3 ? 3 : 2);
  for (const Unit& unit : unit_table(dimension)) {
    const int cost = 4 * edit_distance(lower(name), lower(unit.name)) +
                     (unit.name.size() == name.size() ? 0 : 2) + (unit.name[0] == name[0] ? 0 : 1);
    if (cost < best) {
      best = cost;
      nearest = unit.name;
    }
  }
  return nearest;
}

std::optional<double> to_si(const Decimal& number, const Unit& unit) {
  Decimal scaled = number.times(unit.multiplier);
  scaled.exponent += unit.exponent;
  const std::optional<double> value = scaled.to_double();
  if (!value) return std::nullopt;
  if (unit.angle_factor != 0.0) return *value * unit.angle_factor;
  return unit.offset == 0.0 ? *value : *value + unit.offset;
}

QuantityParse wrong_unit(std::string_view number, std::string_view unit, Dimension dimension) {
  QuantityParse result;
  result.rule = expected(dimension, example_of(dimension));
  if (unit.starts_with(',')) {
    result.rule = "a decimal comma is not accepted; " + result.rule;
    result.hint =
        "did you mean \"" + std::string(number) + "." + std::string(unit.substr(1)) + "\"?";
    return result;
  }
  if (const auto other = dimension_of_unit(unit)) {
    result.rule =
        quoted(unit) + " is a unit of " + std::string(name_of(*other)) + "; " + result.rule;
    return result;
  }
  result.rule = "unknown unit " + quoted(unit) + "; " + result.rule;
  const std::string_view nearest = nearest_unit(dimension, unit);
  if (!nearest.empty()) {
    result.hint = "did you mean \"" + std::string(number) + " " + std::string(nearest) + "\"?";
  }
  return result;
}

QuantityParse parse_bare(std::string_view number, const Decimal& decimal, Dimension dimension) {
  if (dimension == Dimension::kNumber || dimension == Dimension::kRatio) {
    const std::optional<double> value = decimal.to_double();
    if (value) return {value, "", ""};
    return {std::nullopt, "does not fit into a double", ""};
  }
  const std::string_view example = example_of(dimension);
  const std::string_view unit = example.substr(example.find(' ') + 1);
  return {std::nullopt, expected(dimension, std::string(number) + " " + std::string(unit)), ""};
}

/// Six digits at most of `si` in `unit`, if they read back as the very same double.
std::optional<std::string> short_text(double si, std::string_view unit, Dimension dimension) {
  const double in_unit = si / to_si(Decimal{false, "1", 0}, *find_unit(dimension, unit)).value();
  for (int precision = 1; precision <= 6; ++precision) {
    std::array<char, 64> buffer;
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), in_unit,
                                       std::chars_format::scientific, precision - 1);
    double rounded = 0.0;
    std::from_chars(buffer.data(), written.ptr, rounded);
    if (!std::isfinite(rounded)) return std::nullopt;
    const std::string text = Decimal::shortest(rounded).text() + " " + std::string(unit);
    if (parse_quantity(text, dimension).si == si) return text;
  }
  return std::nullopt;
}

/// Units that are no power of ten of SI, shown only where they make a short, exact text.
std::optional<std::string> text_in_common_unit(double si, Dimension dimension) {
  if (si == 0.0) return std::nullopt;
  if (dimension == Dimension::kAngle && std::abs(si) >= 1e-4)
    return short_text(si, "deg", dimension);
  if (dimension == Dimension::kPhotonEnergy) {
    const bool large = std::abs(si) >= 1.602176634e-16;
    return short_text(si, large ? "keV" : "eV", dimension);
  }
  if (dimension == Dimension::kDataSize) {
    for (const auto& [unit, size] : {std::pair{"GiB", 0x1p30}, {"MiB", 0x1p20}, {"KiB", 0x1p10}}) {
      if (std::fmod(si, size) == 0.0) return short_text(si, unit, dimension);
    }
  }
  return std::nullopt;
}

}  // namespace

QuantityParse parse_quantity(std::string_view text, Dimension dimension) {
  std::size_t length = 0;
  const std::optional<Decimal> number = scan_decimal(text, length);
  if (!number) return {std::nullopt, expected(dimension, example_of(dimension)), ""};
  const std::string_view digits = text.substr(0, length);
  if (length == text.size()) return parse_bare(digits, *number, dimension);
  std::string_view name = text.substr(length);
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  const Unit* unit = find_unit(dimension, name);
  if (unit == nullptr) return wrong_unit(digits, name, dimension);
  const std::optional<double> si = to_si(*number, *unit);
  if (!si || !std::isfinite(*si)) return {std::nullopt, "does not fit into a double", ""};
  return {si, "", ""};
}

std::string format_quantity(double si, Dimension dimension) {
  if (!std::isfinite(si)) return format_real(si);
  if (dimension == Dimension::kNumber || dimension == Dimension::kRatio) return format_real(si);
  if (const auto text = text_in_common_unit(si, dimension)) return *text;
  Decimal number = Decimal::shortest(si);
  const std::span<const Unit> units = display_units(dimension);
  const long long leading = number.exponent + static_cast<long long>(number.digits.size()) - 1;
  const Unit* unit = &units.back();
  for (const Unit& candidate : units) {
    const bool fits = si == 0.0 ? candidate.exponent == 0 : leading >= candidate.exponent;
    if (fits) {
      unit = &candidate;
      break;
    }
  }
  number.exponent -= unit->exponent;
  return number.text() + " " + std::string(unit->name);
}

std::vector<std::string> units_of(Dimension dimension) {
  std::vector<std::string> names;
  for (const Unit& unit : unit_table(dimension)) names.emplace_back(unit.name);
  return names;
}

std::optional<double> parse_real(std::string_view text) {
  std::size_t length = 0;
  const std::optional<Decimal> number = scan_decimal(text, length);
  if (!number || length != text.size()) return std::nullopt;
  return number->to_double();
}

std::optional<long long> parse_integer(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string format_real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return Decimal::shortest(value).text();
}

}  // namespace parfocal
