// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "apps/report/curves.h"
#include "apps/report/figures.h"
#include "apps/report/html.h"
#include "apps/report/sections.h"
#include "apps/report/variants.h"
#include "core/config/document.h"
#include "core/error.h"
#include "core/run/atomic_file.h"

namespace parfocal::report {
namespace {

namespace fs = std::filesystem;

std::string number_cell(const Json& row, const std::string& name) {
  const Json& numbers = row.at("numbers");
  if (!numbers.contains(name)) return "<td class=\"n soft\">-</td>";
  const Json& number = numbers.at(name);
  std::string text = short_number(number.at("mean").get<double>());
  if (number.at("std").is_number())
    text += " &plusmn; " + fmt::format("{:.2g}", number.at("std").get<double>());
  return "<td class=\"n\">" + text + "</td>";
}

/// Names of all numbers with their units, in order of first appearance.
std::vector<std::pair<std::string, std::string>> numbers_of(
    const std::vector<VariantRecord>& members) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const VariantRecord& member : members) {
    for (const auto& [name, number] : member.row.at("numbers").items()) {
      const bool known = std::any_of(names.begin(), names.end(),
                                     [&name = name](const auto& n) { return n.first == name; });
      if (!known) names.emplace_back(name, number.at("unit").get<std::string>());
    }
  }
  return names;
}

std::string overrides_of(const RunRecord& run, const std::string& variant) {
  const Node* compare = run.resolved.find("compare");
  const Node* changes = compare != nullptr ? compare->find(variant) : nullptr;
  if (changes == nullptr || changes->entries.empty()) return "as the file";
  return write_yaml(*changes);
}

std::string result_row(const RunRecord& run, const std::vector<VariantRecord>& members) {
  std::string cells;
  bool any = false;
  for (const VariantRecord& member : members) {
    const std::string picture =
        result_thumbnail(member.first_cell / "results", run.preview_percentiles());
    any = any || !picture.empty();
    cells += "<td>" + picture + "</td>";
  }
  return any ? "<tr><td>result</td>" + cells + "</tr>\n" : "";
}

/// The standard deviation of each result, where one of them has it.
std::string deviation_row(const RunRecord& run, const std::vector<VariantRecord>& members) {
  std::string cells;
  bool any = false;
  for (const VariantRecord& member : members) {
    const std::string picture = thumbnail(
        member.first_cell / "results" / "object_deviation.ome.tif", run.preview_percentiles());
    any = any || !picture.empty();
    cells += "<td>" + picture + "</td>";
  }
  return any ? "<tr><td>standard deviation</td>" + cells + "</tr>\n" : "";
}

/// What stands beside the learned results without anything learned, and its name.
std::string classical_row(const RunRecord& run, const std::vector<VariantRecord>& members) {
  std::string cells;
  bool any = false;
  for (const VariantRecord& member : members) {
    const fs::path results = member.first_cell / "results";
    const std::string name = classical_name(results);
    any = any || !name.empty();
    cells += "<td>";
    if (!name.empty()) {
      cells += thumbnail(results / "object_classical.ome.tif", run.preview_percentiles()) +
               "<span class=\"soft\">" + escape(name) + "</span>";
    }
    cells += "</td>";
  }
  return any ? "<tr><td>classical, nothing learned</td>" + cells + "</tr>\n" : "";
}

std::string table_of(const RunRecord& run, const std::vector<VariantRecord>& members) {
  std::string text = "<div class=\"wide\"><table class=\"variants\">\n<tr><th></th>";
  for (const VariantRecord& member : members)
    text += "<th class=\"n\">" + escape(member.name) + "</th>";
  text += "</tr>\n" + result_row(run, members) + classical_row(run, members) +
          deviation_row(run, members) + view_rows(run, members) + "<tr><td>what differs</td>";
  for (const VariantRecord& member : members) {
    text += "<td><pre><code>" + escape(overrides_of(run, member.name)) + "</code></pre></td>";
  }
  text += "</tr>\n<tr><td>seeds</td>";
  for (const VariantRecord& member : members) {
    text += fmt::format("<td class=\"n\">{}</td>", member.row.at("seeds").get<int>());
  }
  text += "</tr>\n";
  for (const auto& [name, unit] : numbers_of(members)) {
    text += fmt::format("<tr><td>{}{}</td>", escape(name),
                        unit.empty() ? "" : " [" + escape(unit) + "]");
    for (const VariantRecord& member : members) text += number_cell(member.row, name);
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

/// The data term of every variant in one diagram: the one number that means the same for all.
std::string curves_of(const std::vector<VariantRecord>& members) {
  Diagram diagram{"Data term", "iteration", {}, true};
  for (const VariantRecord& member : members) {
    const auto record = read_convergence(member.first_cell / "metrics.csv");
    if (!record || record->find("data_term") == nullptr) continue;
    diagram.series.push_back(record->series("data_term"));
    diagram.series.back().name = member.name;
  }
  const std::string drawn = draw(diagram);
  return drawn.empty() ? "" : "<h2>Convergence</h2>\n<div class=\"curves\">\n" + drawn + "</div>\n";
}

/// How often the stated deviations of every variant hold, one diagram each.
std::string reliability_of(const std::vector<VariantRecord>& members) {
  std::string drawn;
  for (const VariantRecord& member : members) {
    drawn += reliability_figure(member.first_cell / "results", "Observed coverage: " + member.name);
  }
  if (drawn.empty()) return "";
  return "<h2>Uncertainty</h2>\n<div class=\"curves\">\n" + drawn +
         "</div>\n<p class=\"soft\">First seed; the band is p +- 3 sqrt(p (1 - p) / "
         "images).</p>\n";
}

/// "score_a: 18.52 dB, the best of all seeds; 17.04 dB the best of the designs that were not sought."
std::string best_of_all(const RunRecord& run) {
  constexpr std::string_view kFixed = "_best_fixed";
  std::string text;
  for (const Summary::Entry& fixed : run.summary.entries()) {
    if (!fixed.name.ends_with(kFixed)) continue;
    const std::string score = fixed.name.substr(0, fixed.name.size() - kFixed.size());
    const Summary::Entry* sought = run.summary.find(score);
    if (sought == nullptr) continue;
    text += fmt::format(
        "<p><b>{}</b>: {:.2f} {} is the best of the designs that were sought, {:.2f} {} the best "
        "of "
        "the others.</p>\n",
        escape(score), sought->value, escape(sought->unit), fixed.value, escape(fixed.unit));
  }
  return text;
}

}  // namespace

std::string comparison_section(const RunRecord& run, const Registry& registry) {
  const std::vector<VariantRecord> members = variants_of(run.folder);
  if (members.empty()) return "";
  std::string text = "<h2>Comparison</h2>\n" + best_of_all(run) +
                     "<p class=\"soft\">Equal data; numbers are means over seeds, with the "
                     "standard deviation where there are several.</p>\n" +
                     table_of(run, members) + view_diagrams(members) + reliability_of(members) +
                     curves_of(members);
  for (const VariantRecord& member : members) {
    const fs::path file = member.first_cell / "config.resolved.yaml";
    if (!fs::exists(file)) continue;
    const Node resolved = parse_yaml(read_whole_file(file), file.string());
    const std::string deviations = deviation_list(resolved, registry);
    if (deviations.empty()) continue;
    text += "<p>" + escape(member.name) + " deviates from its named variant:</p>\n" + deviations;
  }
  return text;
}

}  // namespace parfocal::report
