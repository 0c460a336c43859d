// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace parfocal::formats {

/// What a scan of an XML text reports. Element names come without their prefix.
class XmlVisitor {
 public:
  using Attributes = std::map<std::string, std::string, std::less<>>;
  virtual ~XmlVisitor() = default;
  virtual void begin_element(const std::string& name, const Attributes& attributes) = 0;
  virtual void text(const std::string& text) = 0;
  virtual void end_element(const std::string& name) = 0;
};

/// Scans an XML 1.0 document from begin to end.
///
/// Invariants: no document type declaration, hence no entity beyond the five predefined ones and
///             character references; nothing outside the text is ever opened; nesting <= 64;
///             at most 50,000,000 bytes.
/// Errors:     std::invalid_argument with the byte of the text and the rule that is broken.
/// Tested by:  tests/datasets/ome_xml_test.cpp
void scan_xml(std::string_view document, XmlVisitor& visitor);

/// The text with & < > " and ' replaced by the predefined entities.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace parfocal::formats
