// SPDX-License-Identifier: Apache-2.0
#include "core/config/value_codec.h"

#include "core/config/scalar_text.h"
#include "core/config/schema.h"
#include "core/units/quantity_text.h"

namespace parfocal {
namespace codec_detail {
namespace {

bool fail(const Node& node, ReadContext& context, const std::string& rule,
          const std::string& hint = "", const char* code = "type") {
  context.error(node, code, node.is_null() ? "has no value; " + rule : rule, hint);
  return false;
}

bool starts_with_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Why a text is no number although it looks like one; empty if it does not.
std::string number_trouble(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text == ".nan" || text == "nan" || text == ".inf" || text == "inf") return "must be finite";
  if (!starts_with_digit(text)) return "";
  if (text.starts_with("0x") || text.starts_with("0X")) return "hexadecimal is not accepted";
  if (text.size() > 1 && text[0] == '0' && starts_with_digit(text.substr(1))) {
    return "leading zeros are not accepted (some readers take them for octal)";
  }
  if (text.starts_with("0o")) return "octal is not accepted";
  if (text.find('_') != std::string_view::npos) return "underscores are not accepted";
  const std::size_t comma = text.find(',');
  if (comma != std::string_view::npos && all_digits(text.substr(0, comma)) &&
      all_digits(text.substr(comma + 1))) {
    return "a decimal comma is not accepted";
  }
  return "";
}

std::string with_trouble(const std::string& trouble, const std::string& expected) {
  return trouble.empty() ? expected : trouble + "; " + expected;
}

bool reject_quoted(const Node& node, ReadContext& context, const std::string& expected) {
  if (!node.quoted || !parse_real(node.scalar)) return false;
  fail(node, context, "quoted, so it is text; " + expected, "remove the quotes");
  return true;
}

}  // namespace

bool read_flag(const Node& node, ReadContext& context, bool& value) {
  const bool plain = node.is_scalar() && !node.quoted;
  if (plain && (node.scalar == "true" || node.scalar == "false")) {
    value = node.scalar == "true";
    return true;
  }
  std::string hint;
  if (node.is_scalar()) {
    for (const char* word :
         {"yes", "Yes", "YES", "on", "On", "ON", "y", "Y", "1", "True", "TRUE", "true"}) {
      if (node.scalar == word) hint = "did you mean \"true\"?";
    }
    for (const char* word :
         {"no", "No", "NO", "off", "Off", "OFF", "n", "N", "0", "False", "FALSE", "false"}) {
      if (node.scalar == word) hint = "did you mean \"false\"?";
    }
    if (node.quoted && !hint.empty()) hint = "remove the quotes";
  }
  return fail(node, context, "expected true or false", hint);
}

bool read_integer(const Node& node, ReadContext& context, std::int64_t& value) {
  const std::string expected = "expected a whole number";
  if (!node.is_scalar()) return fail(node, context, expected);
  if (reject_quoted(node, context, expected)) return false;
  if (const auto number = parse_integer(node.scalar)) {
    value = *number;
    return true;
  }
  std::string trouble = number_trouble(node.scalar);
  std::string hint;
  if (const auto real = parse_real(node.scalar); trouble.empty() && real) {
    const bool has_exponent = node.scalar.find_first_of("eE") != std::string::npos;
    const bool has_point = node.scalar.find('.') != std::string::npos;
    trouble = has_exponent ? "an exponent is not accepted"
              : has_point  ? "has a fraction"
                           : "does not fit into 64 bits";
    const std::string whole = format_real(*real);
    if ((has_exponent || has_point) && parse_integer(whole))
      hint = "did you mean \"" + whole + "\"?";
  }
  return fail(node, context, with_trouble(trouble, expected), hint);
}

bool read_number(const Node& node, ReadContext& context, double& value) {
  const std::string expected = "expected a number without unit";
  if (!node.is_scalar()) return fail(node, context, expected);
  if (reject_quoted(node, context, expected)) return false;
  if (const auto number = parse_real(node.scalar)) {
    value = *number;
    return true;
  }
  std::string trouble = number_trouble(node.scalar);
  std::string hint;
  if (trouble == "a decimal comma is not accepted") {
    std::string fixed = node.scalar;
    fixed[fixed.find(',')] = '.';
    hint = "did you mean \"" + fixed + "\"?";
  }
  const QuantityParse parse = parse_quantity(node.scalar, Dimension::kNumber);
  if (trouble.empty() && parse.rule == "does not fit into a double") trouble = parse.rule;
  return fail(node, context, with_trouble(trouble, expected), hint);
}

bool read_quantity(const Node& node, ReadContext& context, Dimension dimension, double& si) {
  if (!node.is_scalar()) {
    // An empty text names the form that is expected.
    return fail(node, context, parse_quantity("", dimension).rule, "", "unit");
  }
  if (dimension == Dimension::kRatio || dimension == Dimension::kNumber) {
    if (reject_quoted(node, context, parse_quantity("", dimension).rule)) return false;
  }
  const QuantityParse parse = parse_quantity(node.scalar, dimension);
  if (!parse.si) {
    return fail(node, context, with_trouble(number_trouble(node.scalar), parse.rule), parse.hint,
                "unit");
  }
  si = *parse.si;
  return true;
}

bool read_text(const Node& node, ReadContext& context, std::string& value) {
  if (!node.is_scalar()) return fail(node, context, "expected text");
  value = node.scalar;
  return true;
}

bool check_list(const Node& node, ReadContext& context, int count) {
  const std::string expected = count == 0
                                   ? "expected a list [a, b, ...]"
                                   : "expected a list of " + std::to_string(count) + " values";
  if (!node.is_list()) return fail(node, context, expected);
  if (count != 0 && node.items.size() != static_cast<std::size_t>(count)) {
    return fail(node, context, expected + ", got " + std::to_string(node.items.size()), "",
                "length");
  }
  return true;
}

Node write_quantity(double si, Dimension dimension) {
  return Node::make_scalar(format_quantity(si, dimension));
}

}  // namespace codec_detail

Node ValueCodec<bool>::write(bool v) { return Node::make_scalar(v ? "true" : "false"); }
Node ValueCodec<std::int64_t>::write(std::int64_t v) {
  return Node::make_scalar(std::to_string(v));
}
Node ValueCodec<double>::write(double v) { return Node::make_scalar(format_real(v)); }
Node ValueCodec<std::string>::write(const std::string& v) {
  return Node::make_scalar(v, looks_typed(v));
}
Node ValueCodec<std::filesystem::path>::write(const std::filesystem::path& v) {
  return Node::make_scalar(v.string(), looks_typed(v.string()));
}

}  // namespace parfocal
