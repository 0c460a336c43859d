// SPDX-License-Identifier: Apache-2.0
#include "core/run/metrics_csv.h"

#include <fmt/format.h>

#include <string_view>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/number_text.h"

namespace parfocal {
namespace {

std::string header_of(const std::vector<MetricsCsv::Column>& columns) {
  std::string text;
  for (const auto& column : columns) {
    if (!text.empty()) text += ',';
    text += csv_field(with_unit(column.name, column.unit));
  }
  return text + "\n";
}

}  // namespace

MetricsCsv::MetricsCsv(const std::filesystem::path& path, std::vector<Column> columns,
                       AppendFile::Mode mode)
    : columns_(std::move(columns)), file_(path, mode) {
  PARFOCAL_CHECK(!columns_.empty());
}

MetricsCsv::MetricsCsv(const std::filesystem::path& path, std::vector<Column> columns)
    : MetricsCsv(path, std::move(columns), AppendFile::Mode::kCreate) {
  file_.append(header_of(columns_));
}

MetricsCsv MetricsCsv::reopen(const std::filesystem::path& path, std::vector<Column> columns) {
  if (!read_whole_file(path).starts_with(header_of(columns))) {
    throw DataError(
        fmt::format("{}: other columns than this run writes; continue it with the "
                    "configuration and program version that began it",
                    path.string()));
  }
  return {path, std::move(columns), AppendFile::Mode::kContinue};
}

void MetricsCsv::append(std::span<const std::optional<double>> row) {
  PARFOCAL_CHECK(row.size() == columns_.size());
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += ',';
    if (row[i]) line += number_text(*row[i], columns_[i].name);
  }
  file_.append(line + "\n");
}

void MetricsCsv::append(std::span<const double> row) {
  const std::vector<std::optional<double>> values(row.begin(), row.end());
  append(std::span<const std::optional<double>>(values));
}

void MetricsCsv::keep_rows(const std::filesystem::path& path, std::size_t rows) {
  const std::string text = read_whole_file(path);
  std::size_t end = 0;
  for (std::size_t line = 0; line <= rows; ++line) {
    const auto feed = text.find('\n', end);
    if (feed == std::string::npos) {
      throw DataError(fmt::format("{}: holds {} rows, expected at least {}; the folder is damaged",
                                  path.string(), line == 0 ? 0 : line - 1, rows));
    }
    end = feed + 1;
  }
  write_file_atomically(path, std::string_view(text).substr(0, end));
}

}  // namespace parfocal
