// SPDX-License-Identifier: Apache-2.0
#include "core/config/key_bounds.h"

#include <optional>

#include "core/units/edit_distance.h"
#include "core/units/quantity_text.h"

namespace parfocal {
namespace {

std::string shown(const KeySchema& key, const Bound& bound) {
  return format_quantity(bound.value, key.shape.dimension);
}

bool is_inside(const KeySchema& key, double value) {
  if (key.lower &&
      !(value > key.lower->value || (key.lower->inclusive && value == key.lower->value))) {
    return false;
  }
  return !key.upper || value < key.upper->value ||
         (key.upper->inclusive && value == key.upper->value);
}

std::string rule(const KeySchema& key) {
  if (key.lower && key.upper) {
    std::string text = "is outside " + shown(key, *key.lower) + " .. " + shown(key, *key.upper);
    if (!key.lower->inclusive) text += ", " + shown(key, *key.lower) + " excluded";
    if (!key.upper->inclusive) text += ", " + shown(key, *key.upper) + " excluded";
    return text;
  }
  if (key.lower)
    return (key.lower->inclusive ? "must be at least " : "must be above ") + shown(key, *key.lower);
  return (key.upper->inclusive ? "must be at most " : "must be below ") + shown(key, *key.upper);
}

/// The same digits in a unit that would fit: "532 mm" -> "532 nm".
std::string hint(const KeySchema& key, const std::string& text) {
  const std::size_t digits = text.find(' ');
  if (digits == std::string::npos) return "";
  const std::string number = text.substr(0, digits), unit = text.substr(text.find_last_of(' ') + 1);
  std::string best;
  int distance = 3;
  for (const std::string& candidate : units_of(key.shape.dimension)) {
    const std::string written = number + " " + candidate;
    const std::optional<double> si = parse_quantity(written, key.shape.dimension).si;
    if (!si || !is_inside(key, *si) || edit_distance(unit, candidate) >= distance) continue;
    distance = edit_distance(unit, candidate);
    best = written;
  }
  return best.empty() ? "" : "did you mean \"" + best + "\"?";
}

bool check_scalar(const KeySchema& key, const Node& node, ReadContext& context) {
  const std::optional<double> value = parse_quantity(node.scalar, key.shape.dimension).si;
  if (!value || is_inside(key, *value)) return true;
  context.error(node, "range", rule(key), hint(key, node.scalar));
  return false;
}

}  // namespace

bool check_bounds(const KeySchema& key, const Node& value, ReadContext& context) {
  if (!key.lower && !key.upper) return true;
  if (!value.is_list()) return check_scalar(key, value, context);
  bool good = true;
  for (const Node& item : value.items) good &= check_bounds(key, item, context);
  return good;
}

std::string range_text(const KeySchema& key) {
  std::string text;
  if (key.lower) text += (key.lower->inclusive ? ">= " : "> ") + shown(key, *key.lower);
  if (key.lower && key.upper) text += ", ";
  if (key.upper) text += (key.upper->inclusive ? "<= " : "< ") + shown(key, *key.upper);
  return text;
}

}  // namespace parfocal
