// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace parfocal::conformance {

void Findings::require(bool holds, const std::string& rule) {
  if (!holds) violations_.push_back(component_ + ": " + rule);
}

void Findings::measure(const std::string& what, double value, double limit) {
  measured_.push_back({what, value, limit});
  if (value <= limit) return;
  violations_.push_back(
      fmt::format("{}: {} = {:.3g}, allowed {:.3g}", component_, what, value, limit));
}

bool Findings::violates(const std::string& text) const {
  return std::any_of(violations_.begin(), violations_.end(), [&](const std::string& violation) {
    return violation.find(text) != std::string::npos;
  });
}

std::string Findings::violation_text() const {
  std::string text;
  for (const std::string& violation : violations_) text += violation + "\n";
  return text;
}

std::string Findings::table() const {
  std::string text;
  for (const Measured& row : measured_) {
    text += fmt::format("  {:<28} {:<44} {:>10.2e} {:>10.1e}\n", component_, row.what, row.value,
                        row.limit);
  }
  return text;
}

}  // namespace parfocal::conformance
