// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/report/curves.h"

namespace parfocal::report {

/// One line of results/views.json, as `ViewFiles` wrote it.
struct ViewEntry {
  std::string view, kind, name;  ///< Kind: field, curve or note.
  std::string file, unit;
  std::string diagram, x_label, y_label;  ///< Of a curve.
  std::string text;                       ///< Of a note.
};
/// In the order in which they were shown; empty where there is no list.
[[nodiscard]] std::vector<ViewEntry> view_list(const std::filesystem::path& results);

/// The points of a curve, under its name.
[[nodiscard]] Series read_curve(const std::filesystem::path& results, const ViewEntry& entry);

}  // namespace parfocal::report
