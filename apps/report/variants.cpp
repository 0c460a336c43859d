// SPDX-License-Identifier: Apache-2.0
#include "apps/report/variants.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/report/curves.h"
#include "apps/report/figures.h"
#include "apps/report/html.h"
#include "apps/report/view_list.h"
#include "core/error.h"
#include "core/run/atomic_file.h"

namespace parfocal::report {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = "_start";  ///< What a design began with.

fs::path first_cell_of(const fs::path& variant) {
  std::vector<fs::path> cells;
  for (const auto& entry : fs::directory_iterator(variant)) {
    const std::string name = entry.path().filename().string();
    const bool number =
        name.rfind("seed_", 0) == 0 && name.find_first_not_of("0123456789", 5) == std::string::npos;
    if (number) cells.push_back(entry.path());
  }
  std::sort(cells.begin(), cells.end(), [](const fs::path& a, const fs::path& b) {
    return std::stoull(a.filename().string().substr(5)) <
           std::stoull(b.filename().string().substr(5));
  });
  if (cells.empty()) throw DataError(variant.string() + ": holds no finished cell");
  return cells.front();
}

/// Entries of one kind over all variants, in order of first appearance, without the starts.
std::vector<ViewEntry> entries_of(const std::vector<VariantRecord>& variants,
                                  const std::string& kind) {
  std::vector<ViewEntry> found;
  for (const VariantRecord& variant : variants) {
    for (const ViewEntry& entry : view_list(variant.first_cell / "results")) {
      const bool known = std::any_of(found.begin(), found.end(),
                                     [&](const ViewEntry& e) { return e.file == entry.file; });
      if (entry.kind == kind && !known && !entry.name.ends_with(kStart)) found.push_back(entry);
    }
  }
  return found;
}

}  // namespace

std::vector<VariantRecord> variants_of(const fs::path& folder) {
  const fs::path file = folder / "variants" / "table.json";
  if (!fs::exists(file)) return {};
  const Json table = Json::parse(read_whole_file(file), nullptr, false);
  if (table.is_discarded()) throw DataError(file.string() + ": is not JSON");
  std::vector<VariantRecord> variants;
  for (const Json& row : table.at("rows")) {
    const std::string name = row.at("variant").get<std::string>();
    variants.push_back({name, row, first_cell_of(folder / "variants" / name)});
  }
  return variants;
}

std::string view_rows(const RunRecord& run, const std::vector<VariantRecord>& variants) {
  std::string text;
  for (const ViewEntry& entry : entries_of(variants, "field")) {
    text += "<tr><td>" + escape(entry.view + ": " + entry.name) + "</td>";
    for (const VariantRecord& variant : variants) {
      text += "<td>" +
              field_thumbnail(variant.first_cell / "results" / entry.file, entry.unit,
                              run.preview_percentiles()) +
              "</td>";
    }
    text += "</tr>\n";
  }
  return text;
}

std::string view_diagrams(const std::vector<VariantRecord>& variants) {
  std::string drawn;
  for (const ViewEntry& entry : entries_of(variants, "curve")) {
    Diagram diagram{
        entry.view + ": " + entry.name + ", " + entry.y_label, entry.x_label, {}, true, false};
    for (const VariantRecord& variant : variants) {
      const fs::path results = variant.first_cell / "results";
      if (!fs::exists(results / entry.file)) continue;
      Series series = read_curve(results, entry);
      series.name = variant.name;
      diagram.log_y = diagram.log_y && std::all_of(series.points.begin(), series.points.end(),
                                                   [](const auto& p) { return p.second > 0; });
      diagram.series.push_back(std::move(series));
    }
    drawn += draw(diagram);
  }
  if (drawn.empty()) return "";
  return "<h2>What the variants show</h2>\n<div class=\"curves\">\n" + drawn + "</div>\n";
}

}  // namespace parfocal::report
