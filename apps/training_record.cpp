// SPDX-License-Identifier: Apache-2.0
#include "apps/training_record.h"

namespace parfocal {
namespace {

std::filesystem::path fresh_events(const std::filesystem::path& folder) {
  const std::filesystem::path parent = folder / "tensorboard";
  std::filesystem::remove_all(parent);
  std::filesystem::create_directories(parent);
  return parent / "events.out.tfevents.parfocal";
}

}  // namespace

void TrainingRecord::cut(std::int64_t steps) {
  losses.resize(static_cast<std::size_t>(steps));
  validations.erase(validations.upper_bound(steps), validations.end());
}

TrainingTable::TrainingTable(std::filesystem::path folder, const OptimizeBlock& block)
    : folder_(std::move(folder)), columns_{"loss"} {
  if (block.before) columns_.push_back("loss_before");
  if (block.validation) columns_.push_back("validation");
  open();
}

void TrainingTable::open() {
  std::filesystem::remove(folder_ / "metrics.csv");
  table_.emplace(folder_ / "metrics.csv");
  events_.reset();
  events_.emplace(fresh_events(folder_));
}

void TrainingTable::write(const Row& row, std::int64_t step) {
  Monitor monitor;
  for (const std::string& name : columns_) monitor[name] = {};
  monitor[row.column] = {row.loss};
  events_->scalar(row.column, step, row.loss);
  if (row.validation) {
    monitor["validation"] = {*row.validation};
    events_->scalar("validation", step, *row.validation);
  }
  table_->append(0, step, monitor);
}

void TrainingTable::add(const std::string& column, double loss, std::optional<double> validation) {
  rows_.push_back({column, loss, validation});
  write(rows_.back(), rows());
}

void TrainingTable::keep(std::int64_t rows) {
  if (rows >= this->rows()) return;
  rows_.resize(static_cast<std::size_t>(rows));
  open();
  for (std::size_t i = 0; i < rows_.size(); ++i) write(rows_[i], static_cast<std::int64_t>(i + 1));
}

}  // namespace parfocal
