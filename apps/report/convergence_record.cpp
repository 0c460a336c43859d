// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include "apps/report/curves.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/units/quantity_text.h"

namespace parfocal::report {
namespace {

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
    end = line.find(',', begin);
    fields.push_back(line.substr(begin, end - begin));
  }
  return fields;
}

/// A number, or nothing for an empty field.
std::optional<double> field_value(const std::string& field, const std::filesystem::path& file,
                                  std::size_t line) {
  if (field.empty()) return std::nullopt;
  const std::optional<double> value = parse_real(field);
  if (value) return value;
  throw DataError(file.string() + ":" + std::to_string(line) + ": \"" + field +
                  "\" is not a number");
}

}  // namespace

std::optional<ConvergenceRecord> read_convergence(const std::filesystem::path& file,
                                                  std::int64_t frame) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  std::istringstream lines(read_whole_file(file));
  ConvergenceRecord record;
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> names = fields_of(line);
  for (std::size_t i = 2; i < names.size(); ++i) record.columns.push_back({names[i], {}});
  for (std::size_t number = 2; std::getline(lines, line); ++number) {
    const std::vector<std::string> fields = fields_of(line);
    if (fields.size() != names.size()) {
      throw DataError(file.string() + ":" + std::to_string(number) + ": " +
                      std::to_string(fields.size()) + " fields, the header has " +
                      std::to_string(names.size()));
    }
    if (field_value(fields[0], file, number) != static_cast<double>(frame)) continue;
    record.iterations.push_back(field_value(fields[1], file, number).value_or(0));
    for (std::size_t i = 2; i < fields.size(); ++i) {
      record.columns[i - 2].second.push_back(field_value(fields[i], file, number));
    }
  }
  return record;
}

}  // namespace parfocal::report
