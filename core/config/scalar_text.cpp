// SPDX-License-Identifier: Apache-2.0
#include "core/config/scalar_text.h"

#include <algorithm>
#include <array>

#include "core/units/quantity_text.h"

namespace parfocal {
namespace {

constexpr std::size_t kShownLength = 60;

bool is_null_word(std::string_view text) {
  constexpr std::array kWords = {"", "~", "null", "Null", "NULL"};
  return std::ranges::find(kWords, text) != kWords.end();
}

bool is_truth_word(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  constexpr std::array kWords = {"true", "false", "yes", "no", "on", "off", "y", "n"};
  return std::ranges::find(kWords, lower) != kWords.end();
}

/// Anything that some YAML reader could take for a number: "0777", "0x1F", "1_000", ".inf".
bool is_number_like(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return false;
  if (text == ".inf" || text == ".Inf" || text == ".INF" || text == ".nan" || text == ".NaN")
    return true;
  const bool starts = (text[0] >= '0' && text[0] <= '9') || text[0] == '.';
  return starts &&
         text.find_first_not_of("0123456789abcdefABCDEFxXoO.+-_:") == std::string_view::npos;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_plain_safe(std::string_view text) {
  if (is_null_word(text) || text.front() == ' ' || text.back() == ' ') return false;
  if (std::ranges::any_of(text, is_control)) return false;
  if (std::string_view("#&*!|>'\"%@`:=<").find(text.front()) != std::string_view::npos)
    return false;
  if (text == "-" || text.starts_with("- ") || text.starts_with("--") || text.starts_with("..."))
    return false;
  if (text.find_first_of(",?[]{}") != std::string_view::npos) return false;
  return text.back() != ':' && text.find(": ") == std::string_view::npos &&
         text.find(" #") == std::string_view::npos;
}

std::string double_quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (is_control(c)) {
      const auto byte = static_cast<unsigned char>(c);
      result += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      result += c;
    }
  }
  return result + '"';
}

template <class Sequence, class Write>
std::string joined(char open, const Sequence& sequence, char close, Write write) {
  std::string text(1, open);
  for (const auto& element : sequence) {
    if (text.size() > 1) text += ", ";
    text += write(element);
  }
  return text + close;
}

}  // namespace

bool looks_typed(std::string_view text) {
  return is_null_word(text) || is_truth_word(text) || is_number_like(text);
}

std::string yaml_scalar(std::string_view text, bool keep_quotes) {
  const bool plain = is_plain_safe(text) && !(keep_quotes && looks_typed(text));
  return plain ? std::string(text) : double_quoted(text);
}

std::string inline_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kScalar:
      return yaml_scalar(node.scalar, node.quoted);
    case Node::Kind::kList:
      return joined('[', node.items, ']', inline_text);
    case Node::Kind::kMap:
      return joined('{', node.entries, '}', [](const Node::Entry& entry) {
        return yaml_scalar(entry.key) + ": " + inline_text(entry.value);
      });
  }
  return "";
}

std::string shown_value(const Node& node) {
  if (!node.is_scalar()) return "";
  if (!node.quoted && looks_typed(node.scalar)) return node.scalar.substr(0, kShownLength);
  std::string text = node.scalar;
  if (text.size() > kShownLength) {
    std::size_t end = kShownLength;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end) + "...";
  }
  for (char& c : text) c = is_control(c) ? ' ' : c;
  return "\"" + text + "\"";
}

}  // namespace parfocal
