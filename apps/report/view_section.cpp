// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "apps/report/curves.h"
#include "apps/report/figures.h"
#include "apps/report/html.h"
#include "apps/report/sections.h"
#include "core/run/atomic_file.h"
#include "core/units/quantity_text.h"

namespace parfocal::report {
namespace {

Series series_of(const std::filesystem::path& results, const Json& entry) {
  Series series{entry.value("name", ""), {}};
  std::istringstream lines(read_whole_file(results / entry.value("file", "")));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::size_t comma = line.find(',');
    const auto x = parse_real(line.substr(0, comma)), y = parse_real(line.substr(comma + 1));
    if (x && y) series.points.emplace_back(*x, *y);
  }
  return series;
}

/// Pictures, diagrams and notes of one view, in the order in which they were shown.
struct ViewParts {
  std::string images, notes;
  std::vector<std::pair<std::string, Diagram>> diagrams;

  /// A curve goes to the diagram of its name, else to one of its own.
  void add_curve(const Json& entry, Series series) {
    const std::string name = entry.value("diagram", "");
    const auto same = [&](const auto& known) { return !name.empty() && known.first == name; };
    auto found = std::find_if(diagrams.begin(), diagrams.end(), same);
    if (found == diagrams.end()) {
      const std::string title = entry.value("y_label", "");
      diagrams.emplace_back(name, Diagram{name.empty() ? title : name + ": " + title,
                                          entry.value("x_label", ""),
                                          {},
                                          false,
                                          false});
      found = std::prev(diagrams.end());
    }
    found->second.series.push_back(std::move(series));
  }

  [[nodiscard]] std::string curves() const {
    std::string text;
    for (const auto& [name, diagram] : diagrams) text += draw(diagram);
    return text;
  }
};

}  // namespace

std::string view_section(const RunRecord& run, std::int64_t limit) {
  const std::filesystem::path results = run.folder / "results";
  if (!std::filesystem::exists(results / "views.json")) return "";
  const Json entries = Json::parse(read_whole_file(results / "views.json"));
  std::vector<std::pair<std::string, ViewParts>> views;
  for (const Json& entry : entries) {
    const std::string view = entry.value("view", ""), kind = entry.value("kind", "");
    if (views.empty() || views.back().first != view) views.push_back({view, {}});
    ViewParts& parts = views.back().second;
    if (kind == "field") {
      parts.images += field_figure(results / entry.value("file", ""), entry.value("name", ""),
                                   entry.value("unit", ""), run.preview_percentiles(), limit);
    } else if (kind == "curve") {
      parts.add_curve(entry, series_of(results, entry));
    } else {
      parts.notes += "<li>" + escape(entry.value("text", "")) + "</li>\n";
    }
  }
  std::string text;
  for (const auto& [name, parts] : views) {
    text += "<h2>" + escape(name) + "</h2>\n";
    if (!parts.images.empty()) text += "<div class=\"images\">\n" + parts.images + "</div>\n";
    const std::string curves = parts.curves();
    if (!curves.empty()) text += "<div class=\"curves\">\n" + curves + "</div>\n";
    if (!parts.notes.empty()) text += "<ul>\n" + parts.notes + "</ul>\n";
  }
  return text +
         "<p class=\"soft\">Pixel (0, 0) is top left; nothing is flipped. A click enlarges "
         "an image.</p>\n";
}

}  // namespace parfocal::report
