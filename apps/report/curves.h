// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parfocal::report {

/// One line of a diagram; points with a coordinate that a logarithmic axis cannot show are left
/// out.
struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// An area behind the lines, between two of them.
struct Band {
  std::string name;
  std::vector<std::pair<double, double>> low, high;
};

struct Diagram {
  std::string title;
  std::string x_label = "iteration";
  std::vector<Series> series;
  bool log_y = true;
  bool log_x = true;
  Band band = {};
};

/// Inline SVG with labelled axes and a legend; empty if there is nothing to draw.
[[nodiscard]] std::string draw(const Diagram& diagram);

/// Columns of metrics.csv for one frame.
struct ConvergenceRecord {
  std::vector<double> iterations;
  std::vector<std::pair<std::string, std::vector<std::optional<double>>>> columns;

  [[nodiscard]] const std::vector<std::optional<double>>* find(const std::string& name) const;
  [[nodiscard]] Series series(const std::string& name) const;
};
/// Nothing where the file is absent. \throws DataError for a damaged line.
[[nodiscard]] std::optional<ConvergenceRecord> read_convergence(const std::filesystem::path& file,
                                                                std::int64_t frame = 0);

/// The diagrams of one solve: objective, residuals, shares.
[[nodiscard]] std::vector<Diagram> diagrams_of(const ConvergenceRecord& record);

}  // namespace parfocal::report
