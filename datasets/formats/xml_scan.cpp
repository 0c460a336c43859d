// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/xml_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace parfocal::formats {
namespace {

constexpr std::size_t kMaxBytes = 50'000'000;
constexpr std::size_t kMaxDepth = 64;

constexpr std::pair<std::string_view, char> kEntities[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool ends_name(char c) {
  return is_space(c) || c == '>' || c == '/' || c == '=' || c == '<' || c == '"' || c == '\'';
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

std::string without_prefix(const std::string& name) {
  const std::size_t colon = name.find(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

class Scanner {
 public:
  Scanner(std::string_view document, XmlVisitor& visitor)
      : document_(document), visitor_(visitor) {}

  void scan() {
    if (document_.size() > kMaxBytes) fail("the document is larger than 50,000,000 bytes");
    if (document_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < document_.size()) {
      if (document_[at_] == '<') {
        read_markup();
      } else {
        read_text();
      }
    }
    if (!open_.empty()) fail("the element " + open_.back() + " is not closed");
    if (!root_seen_) fail("there is no element");
  }

 private:
  [[noreturn]] void fail(const std::string& rule) const {
    throw std::invalid_argument(fmt::format("XML byte {}: {}", at_, rule));
  }

  bool next_is(std::string_view text) const { return document_.substr(at_).starts_with(text); }

  std::string_view until(std::string_view end) {
    const std::size_t found = document_.find(end, at_);
    if (found == std::string_view::npos) fail(fmt::format("\"{}\" is missing", end));
    const std::string_view inside = document_.substr(at_, found - at_);
    at_ = found + end.size();
    return inside;
  }

  void read_markup() {
    if (next_is("<?")) {
      until("?>");
    } else if (next_is("<!--")) {
      until("-->");
    } else if (next_is("<![CDATA[")) {
      at_ += 9;
      visitor_.text(std::string(until("]]>")));
    } else if (next_is("<!")) {
      fail("a document type declaration is not accepted");
    } else if (next_is("</")) {
      close_element();
    } else {
      open_element();
    }
  }

  void read_text() {
    const std::size_t begin = at_;
    at_ = std::min(document_.find('<', at_), document_.size());
    const std::string text = decode(document_.substr(begin, at_ - begin));
    if (!open_.empty()) {
      visitor_.text(text);
    } else if (text.find_first_not_of(std::string_view(" \t\r\n\0", 5)) != std::string::npos) {
      fail("text outside the root element");
    }
  }

  void skip_space() {
    while (at_ < document_.size() && is_space(document_[at_])) ++at_;
  }

  std::string read_name() {
    const std::size_t begin = at_;
    while (at_ < document_.size() && !ends_name(document_[at_])) ++at_;
    if (at_ == begin) fail("a name is expected");
    return std::string(document_.substr(begin, at_ - begin));
  }

  void open_element() {
    ++at_;
    if (open_.empty() && root_seen_) fail("a second root element");
    const std::string name = read_name();
    const XmlVisitor::Attributes attributes = read_attributes();
    const bool empty = next_is("/>");
    if (!empty && !next_is(">")) fail("\">\" is missing");
    at_ += empty ? 2 : 1;
    if (open_.size() >= kMaxDepth) fail("elements are nested deeper than 64");
    root_seen_ = true;
    visitor_.begin_element(without_prefix(name), attributes);
    if (empty) {
      visitor_.end_element(without_prefix(name));
    } else {
      open_.push_back(name);
    }
  }

  XmlVisitor::Attributes read_attributes() {
    XmlVisitor::Attributes attributes;
    for (;;) {
      skip_space();
      if (at_ >= document_.size()) fail("the tag is not closed");
      if (document_[at_] == '>' || document_[at_] == '/') return attributes;
      const std::string name = read_name();
      skip_space();
      if (!next_is("=")) fail("the attribute " + name + " has no value");
      ++at_;
      skip_space();
      if (!next_is("\"") && !next_is("'")) fail("the value of " + name + " is not quoted");
      const std::string_view quote = document_.substr(at_, 1);
      ++at_;
      const std::string_view value = until(quote);
      if (value.find('<') != std::string_view::npos) fail("\"<\" inside the value of " + name);
      if (!attributes.emplace(name, decode(value)).second) {
        fail("the attribute " + name + " is given twice");
      }
    }
  }

  void close_element() {
    at_ += 2;
    const std::string name = read_name();
    skip_space();
    if (!next_is(">")) fail("\">\" is missing");
    ++at_;
    if (open_.empty() || open_.back() != name) {
      fail(fmt::format("</{}> closes {}", name, open_.empty() ? "nothing" : open_.back()));
    }
    open_.pop_back();
    visitor_.end_element(without_prefix(name));
  }

  std::string decode(std::string_view raw) const {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '&') {
        out += raw[i];
        continue;
      }
      const std::size_t end = raw.find(';', i);
      if (end == std::string_view::npos) fail("\"&\" without \";\"");
      append_entity(raw.substr(i + 1, end - i - 1), out);
      i = end;
    }
    return out;
  }

  void append_entity(std::string_view name, std::string& out) const {
    for (const auto& [known, character] : kEntities) {
      if (name == known) {
        out += character;
        return;
      }
    }
    if (!name.starts_with('#')) fail(fmt::format("the entity \"{}\" is unknown", name));
    name.remove_prefix(1);
    const bool hex = name.starts_with('x');
    if (hex) name.remove_prefix(1);
    std::uint32_t code = 0;
    const auto [end, error] =
        std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
    const bool whole = error == std::errc{} && end == name.data() + name.size();
    if (!whole || code == 0 || code > 0x10FFFF) fail("the character reference is not a character");
    append_utf8(code, out);
  }

  std::string_view document_;
  XmlVisitor& visitor_;
  std::vector<std::string> open_;
  std::size_t at_ = 0;
  bool root_seen_ = false;
};

}  // namespace

void scan_xml(std::string_view document, XmlVisitor& visitor) { Scanner(document, visitor).scan(); }

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    std::string_view entity;
    for (const auto& [name, character] : kEntities) {
      if (c == character) entity = name;
    }
    if (entity.empty()) {
      out += c;
    } else {
      out += fmt::format("&{};", entity);
    }
  }
  return out;
}

}  // namespace parfocal::formats
