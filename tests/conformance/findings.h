// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace parfocal::conformance {

/// One measured number beside what is allowed.
struct Measured {
  std::string what;
  double value = 0.0;
  double limit = 0.0;
};

/// What the checks of one component found: numbers for the table, and violations.
class Findings {
 public:
  explicit Findings(std::string component) : component_(std::move(component)) {}

  void require(bool holds, const std::string& rule);
  /// A violation unless `value <= limit`; NaN violates.
  void measure(const std::string& what, double value, double limit);

  [[nodiscard]] bool good() const { return violations_.empty(); }
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  /// Whether a violation contains `text`.
  [[nodiscard]] bool violates(const std::string& text) const;
  [[nodiscard]] std::string violation_text() const;
  /// Component, what, value, limit: one line each.
  [[nodiscard]] std::string table() const;

 private:
  std::string component_;
  std::vector<Measured> measured_;
  std::vector<std::string> violations_;
};

}  // namespace parfocal::conformance
