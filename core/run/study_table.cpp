// SPDX-License-Identifier: Apache-2.0
#include "core/run/study_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/run/number_text.h"

namespace parfocal {
namespace {

using Summaries = std::vector<std::pair<std::string, Summary>>;

std::vector<StudyTable::Column> columns_of(const Summaries& summaries) {
  std::vector<StudyTable::Column> columns;
  for (const auto& [variant, summary] : summaries) {
    for (const auto& entry : summary.entries()) {
      const auto found = std::ranges::find(columns, entry.name, &StudyTable::Column::name);
      if (found == columns.end()) {
        columns.push_back({entry.name, entry.unit});
      } else if (found->unit != entry.unit) {
        throw LogicError(
            fmt::format("summary number \"{}\": has unit \"{}\" in one cell of the study "
                        "and \"{}\" in variant \"{}\"",
                        entry.name, found->unit, entry.unit, variant));
      }
    }
  }
  return columns;
}

StudyTable::Cell statistics(const std::vector<double>& values) {
  StudyTable::Cell cell;
  cell.n = values.size();
  if (values.empty()) return cell;
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double x : values) sum += x;
  cell.mean = sum / n;
  if (values.size() < 2) return cell;
  double squares = 0;
  for (const double x : values) squares += (x - cell.mean) * (x - cell.mean);
  cell.spread = std::sqrt(squares / (n - 1));
  return cell;
}

StudyTable::Row row_of(const std::string& variant, const Summaries& summaries,
                       const std::vector<StudyTable::Column>& columns) {
  StudyTable::Row row{variant, 0, {}};
  for (const auto& [name, summary] : summaries) row.seeds += name == variant ? 1U : 0U;
  for (const auto& column : columns) {
    std::vector<double> values;
    for (const auto& [name, summary] : summaries) {
      const auto* entry = name == variant ? summary.find(column.name) : nullptr;
      if (entry != nullptr) values.push_back(entry->value);
    }
    row.cells.push_back(statistics(values));
  }
  return row;
}

}  // namespace

StudyTable make_study_table(const Summaries& summaries) {
  StudyTable table;
  table.columns = columns_of(summaries);
  for (const auto& [variant, summary] : summaries) {
    const auto found = std::ranges::find(table.rows, variant, &StudyTable::Row::variant);
    if (found == table.rows.end()) table.rows.push_back(row_of(variant, summaries, table.columns));
  }
  return table;
}

std::string StudyTable::to_csv() const {
  std::string text = "variant,seeds";
  for (const auto& column : columns) {
    text += fmt::format(",{},{},{}", csv_field(with_unit(column.name + " mean", column.unit)),
                        csv_field(with_unit(column.name + " std", column.unit)),
                        csv_field(column.name + " n"));
  }
  text += "\n";
  for (const auto& row : rows) {
    text += fmt::format("{},{}", csv_field(row.variant), row.seeds);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Cell& cell = row.cells[i];
      const std::string& name = columns[i].name;
      text += fmt::format(",{},{},{}", cell.n > 0 ? number_text(cell.mean, name) : "",
                          cell.spread ? number_text(*cell.spread, name) : "", cell.n);
    }
    text += "\n";
  }
  return text;
}

std::string StudyTable::to_json() const {
  std::string text = "{\"rows\": [";
  for (const auto& row : rows) {
    text += fmt::format("{}\n  {{\"variant\": {}, \"seeds\": {}, \"numbers\": {{",
                        &row == rows.data() ? "" : ",", json_string(row.variant), row.seeds);
    bool first = true;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Cell& cell = row.cells[i];
      if (cell.n == 0) continue;
      text +=
          fmt::format("{}\n    {}: {{\"unit\": {}, \"n\": {}, \"mean\": {}, \"std\": {}}}",
                      first ? "" : ",", json_string(columns[i].name), json_string(columns[i].unit),
                      cell.n, number_text(cell.mean, columns[i].name),
                      cell.spread ? number_text(*cell.spread, columns[i].name) : "null");
      first = false;
    }
    text += "\n  }}";
  }
  return text + "\n]}\n";
}

}  // namespace parfocal
