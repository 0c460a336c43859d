// SPDX-License-Identifier: Apache-2.0
#include "apps/design_training.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/training_checkpoints.h"
#include "apps/training_record.h"
#include "core/error.h"
#include "core/run/number_text.h"
#include "core/tensor/tensor_file.h"

namespace parfocal {
namespace {

constexpr std::int64_t kKeepEvery = 100;  ///< Steps between two states to go back to.
constexpr double kMostHalvings = 5.0;

/// Goes back to the kept state with half the present rates. \throws the error where it may not.
void roll_back(Trainer& trainer, TrainingRecord& record, const NumericError& error,
               const RunHooks& hooks) {
  const double factor = 0.5 * trainer.rate_factor();
  if (record.kept.empty() || -std::log2(factor) > kMostHalvings) throw error;
  const std::int64_t failed = trainer.step_count();
  trainer.restore(record.kept);
  trainer.scale_rates(factor / trainer.rate_factor());
  record.cut(trainer.step_count());
  record.kept = trainer.state();
  hooks.warning(std::string(error.what()) + "; back from step " + std::to_string(failed) + " to " +
                std::to_string(trainer.step_count()) + " with rates times " +
                number_text(factor, "rate factor"));
}

void refresh_without_gradient(Pipeline& pipeline) {
  const at::NoGradGuard no_grad;
  pipeline.refresh();
}

/// The row of one step of a part.
void add_row(const std::string& column, const TrainingRecord& record, std::int64_t step,
             TrainingTable& table) {
  const auto judged = record.validations.find(step);
  const bool has = judged != record.validations.end();
  table.add(column, record.losses[static_cast<std::size_t>(step - 1)],
            has ? std::optional(judged->second) : std::nullopt);
}

}  // namespace

DesignTraining::DesignTraining(Design& design, const OptimizeBlock& block)
    : design_(design), block_(block) {
  if (block.before) add(block.earlier(), *design.earlier_loss, "before", "loss_before");
  add(block, *design.loss, "main", "loss");
}

void DesignTraining::add(const OptimizeBlock& block, const Loss& loss, const std::string& name,
                         const std::string& column) {
  parts_.push_back(std::unique_ptr<Part>(
      new Part{block, loss, Trainer(block, design_.pipeline.parameters()), name, column}));
}

std::int64_t DesignTraining::steps() const {
  std::int64_t sum = 0;
  for (const auto& part : parts_) sum += part->trainer.steps();
  return sum;
}

bool DesignTraining::run(const std::filesystem::path& folder, const RunHooks& hooks) {
  TrainingTable table(folder, block_);
  for (const auto& part : parts_) {
    if (part->trainer.steps() > 0 && !run_part(*part, table, hooks)) return false;
  }
  refresh_without_gradient(design_.pipeline);
  return true;
}

bool DesignTraining::holds_instrument(const Part& part) {
  const auto is_instrument = [](const std::string& path) {
    return !path.starts_with("reconstruction.");
  };
  return std::ranges::any_of(part.trainer.parameters(),
                             [&](const auto& trained) { return is_instrument(trained.path); }) ||
         std::ranges::any_of(part.block.schedules,
                             [&](const auto& line) { return is_instrument(line.first); }) ||
         std::ranges::any_of(part.block.scans,
                             [&](const auto& scan) { return is_instrument(scan.first); });
}

bool DesignTraining::run_part(Part& part, TrainingTable& table, const RunHooks& hooks) {
  Trainer& trainer = part.trainer;
  TrainingCheckpoints checkpoints(hooks.checkpoints.below(part.name), hooks.warning,
                                  hooks.checkpoint);
  TrainingRecord record = checkpoints.restore(trainer);
  const std::int64_t rows_before = table.rows();
  for (std::int64_t i = 1; i <= trainer.step_count(); ++i) add_row(part.column, record, i, table);

  const bool moves_instrument = holds_instrument(part);
  refresh_without_gradient(design_.pipeline);
  const auto value_of = [&](std::int64_t first, std::int64_t count) {
    if (moves_instrument) design_.pipeline.refresh();
    return part.loss.value(design_.trial(part.loss, first, count));
  };
  const auto loss = [&] {
    return value_of(block_.first_sample + trainer.step_count() * block_.batch, block_.batch);
  };
  const std::optional<Validation>& validation = part.block.validation;
  const bool rolls_back = block_.on_nan == OptimizeBlock::OnNan::kRollBack;
  while (!trainer.is_done()) {
    const bool cancelled = hooks.cancelled();
    if (cancelled || hooks.checkpoint_requested() || checkpoints.is_due()) {
      checkpoints.write(trainer, record);
    }
    if (cancelled) return false;
    if (rolls_back && trainer.step_count() % kKeepEvery == 0) record.kept = trainer.state();
    try {
      record.losses.push_back(trainer.step(loss));
    } catch (const NumericError& error) {
      if (!rolls_back) throw;
      roll_back(trainer, record, error, hooks);
      table.keep(rows_before + trainer.step_count());
      continue;
    }
    const std::int64_t done = trainer.step_count();
    if (validation && done % validation->every == 0) {
      record.validations[done] =
          trainer.judge([&] { return value_of(design_.samples, validation->samples); });
    }
    add_row(part.column, record, done, table);
    hooks.progress(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(trainer.steps()),
                   record.losses.back());
  }
  trainer.finish(loss);
  trainer.hold();
  checkpoints.write(trainer, record);
  return true;
}

void DesignTraining::write_parameters(const std::filesystem::path& file) const {
  std::set<std::string> paths;
  for (const auto& part : parts_) {
    for (const TrainedParameter& trained : part->trainer.parameters()) paths.insert(trained.path);
  }
  for (const auto& [path, schedule] : block_.schedules) paths.insert(path);
  for (const auto& [path, scan] : block_.scans) paths.insert(path);
  TensorFile found;
  for (const std::string& path : paths) {
    const Parameter& parameter = design_.pipeline.parameters().at(path);
    found.tensors[path] = parameter.leaf.detach().cpu();
    found.metadata["unit:" + path] = parameter.unit;
    found.metadata["scale:" + path] = number_text(parameter.scale, path);
  }
  write_tensor_file(file, found);
}

}  // namespace parfocal
