// SPDX-License-Identifier: Apache-2.0
#include "apps/convergence_table.h"

namespace parfocal {

void ConvergenceTable::append(std::int64_t first_frame, std::int64_t iteration,
                              const Monitor& monitor) {
  if (!file_) {
    std::vector<MetricsCsv::Column> columns = {{"frame", ""}, {"iteration", ""}};
    for (const auto& [name, per_item] : monitor) {
      names_.push_back(name);
      columns.push_back({name, ""});
    }
    file_.emplace(path_, columns);
  }
  std::size_t items = 0;
  for (const auto& [name, per_item] : monitor) items = std::max(items, per_item.size());
  for (std::size_t item = 0; item < items; ++item) {
    std::vector<std::optional<double>> row = {
        static_cast<double>(first_frame + static_cast<std::int64_t>(item)),
        static_cast<double>(iteration)};
    for (const std::string& name : names_) {
      const auto found = monitor.find(name);
      const bool present = found != monitor.end() && item < found->second.size();
      row.push_back(present ? std::optional(found->second[item]) : std::nullopt);
    }
    file_->append(row);
  }
}

}  // namespace parfocal
