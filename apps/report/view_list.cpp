// SPDX-License-Identifier: Apache-2.0
#include "apps/report/view_list.h"

#include <sstream>

#include "apps/report/run_record.h"
#include "core/run/atomic_file.h"
#include "core/units/quantity_text.h"

namespace parfocal::report {

std::vector<ViewEntry> view_list(const std::filesystem::path& results) {
  const std::filesystem::path file = results / "views.json";
  std::vector<ViewEntry> entries;
  if (!std::filesystem::exists(file)) return entries;
  for (const Json& line : Json::parse(read_whole_file(file))) {
    const auto word = [&line](const char* key) { return line.value(key, ""); };
    entries.push_back({word("view"), word("kind"), word("name"), word("file"), word("unit"),
                       word("diagram"), word("x_label"), word("y_label"), word("text")});
  }
  return entries;
}

Series read_curve(const std::filesystem::path& results, const ViewEntry& entry) {
  Series series{entry.name, {}};
  std::istringstream lines(read_whole_file(results / entry.file));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::size_t comma = line.find(',');
    const auto x = parse_real(line.substr(0, comma)), y = parse_real(line.substr(comma + 1));
    if (x && y) series.points.emplace_back(*x, *y);
  }
  return series;
}

}  // namespace parfocal::report
