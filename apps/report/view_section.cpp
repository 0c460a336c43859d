// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "apps/report/curves.h"
#include "apps/report/figures.h"
#include "apps/report/html.h"
#include "apps/report/sections.h"
#include "apps/report/view_list.h"

namespace parfocal::report {
namespace {

/// Pictures, diagrams and notes of one view, in the order in which they were shown.
struct ViewParts {
  std::string images, notes;
  std::vector<std::pair<std::string, Diagram>> diagrams;

  /// A curve goes to the diagram of its name, else to one of its own.
  void add_curve(const ViewEntry& entry, Series series) {
    const std::string& name = entry.diagram;
    const auto same = [&](const auto& known) { return !name.empty() && known.first == name; };
    auto found = std::find_if(diagrams.begin(), diagrams.end(), same);
    if (found == diagrams.end()) {
      const std::string& title = entry.y_label;
      diagrams.emplace_back(
          name,
          Diagram{name.empty() ? title : name + ": " + title, entry.x_label, {}, false, false});
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
  const std::vector<ViewEntry> entries = view_list(results);
  if (entries.empty()) return "";
  std::vector<std::pair<std::string, ViewParts>> views;
  for (const ViewEntry& entry : entries) {
    if (views.empty() || views.back().first != entry.view) views.push_back({entry.view, {}});
    ViewParts& parts = views.back().second;
    if (entry.kind == "field") {
      parts.images += field_figure(results / entry.file, entry.name, entry.unit,
                                   run.preview_percentiles(), limit);
    } else if (entry.kind == "curve") {
      parts.add_curve(entry, read_curve(results, entry));
    } else {
      parts.notes += "<li>" + escape(entry.text) + "</li>\n";
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
