// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "apps/report/curves.h"
#include "apps/report/html.h"
#include "apps/report/sections.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/units/quantity_text.h"

namespace parfocal::report {
namespace {

struct Row {
  double nominal = 0, observed = 0, band = 0;
};

/// nominal, observed, band of every line behind the header.
std::vector<Row> read_rows(const std::filesystem::path& file) {
  std::vector<Row> rows;
  std::istringstream lines(read_whole_file(file));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::vector<double> values;
    for (std::string cell; std::getline(cells, cell, ',');) {
      values.push_back(parse_real(cell).value_or(NAN));
    }
    if (values.size() != 3 || std::ranges::any_of(values, [](double v) { return std::isnan(v); })) {
      throw DataError(file.string() + ": \"" + line + "\" is not nominal,observed,band");
    }
    rows.push_back({values[0], values[1], values[2]});
  }
  return rows;
}

Diagram diagram_of(const std::vector<Row>& rows, const std::string& title) {
  Diagram diagram{title, "nominal coverage", {}, false, false};
  Series ideal{"as stated", {{0.0, 0.0}}}, observed{"observed", {{0.0, 0.0}}};
  diagram.band.name = "3 standard errors";
  diagram.band.low = diagram.band.high = {{0.0, 0.0}};
  const auto add = [&](const Row& row) {
    observed.points.emplace_back(row.nominal, row.observed);
    ideal.points.emplace_back(row.nominal, row.nominal);
    diagram.band.low.emplace_back(row.nominal, std::max(0.0, row.nominal - row.band));
    diagram.band.high.emplace_back(row.nominal, std::min(1.0, row.nominal + row.band));
  };
  for (const Row& row : rows) add(row);
  add({1.0, 1.0, 0.0});
  diagram.series = {observed, ideal};
  return diagram;
}

std::string verdict_of(const std::vector<Row>& rows) {
  const auto outside = std::ranges::count_if(
      rows, [](const Row& row) { return std::abs(row.observed - row.nominal) > row.band; });
  if (outside == 0) return "All levels lie inside the band: the deviations are calibrated.";
  double excess = 0;
  for (const Row& row : rows) excess += row.observed - row.nominal;
  return fmt::format("{} of {} levels lie outside the band: the deviations are too {}.", outside,
                     rows.size(), excess < 0 ? "small" : "large");
}

}  // namespace

std::string reliability_figure(const std::filesystem::path& results, const std::string& title) {
  const std::filesystem::path file = results / "reliability.csv";
  if (!std::filesystem::exists(file)) return "";
  const std::vector<Row> rows = read_rows(file);
  std::string figure = draw(diagram_of(rows, title));
  constexpr std::string_view kEnd = "</figure>";
  return figure.insert(figure.rfind(kEnd), "<figcaption>" + verdict_of(rows) + "</figcaption>");
}

std::string uncertainty_section(const RunRecord& run) {
  const std::string figure = reliability_figure(run.folder / "results", "Observed coverage");
  if (figure.empty()) return "";
  const Summary::Entry* scale = run.summary.find("conformal_scale");
  std::string text = "<h2>Uncertainty</h2>\n<div class=\"curves\">\n" + figure +
                     "</div>\n<p class=\"soft\">Method " +
                     escape(run.setting("evaluate.uncertainty.method")) + ", " +
                     escape(run.setting("evaluate.samples")) +
                     " independent images; the band is p +- 3 sqrt(p (1 - p) / images).";
  if (scale != nullptr) {
    text += fmt::format(
        " Intervals of +- {:.3g} deviations hold at least {} of the pixels, whatever the law of "
        "the errors.",
        scale->value, escape(run.setting("evaluate.uncertainty.conformal_level")));
  }
  return text + "</p>\n";
}

}  // namespace parfocal::report
