// SPDX-License-Identifier: Apache-2.0
#include "apps/design_training.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
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

std::string standstill_at(std::int64_t step) {
  return "the line search of step " + std::to_string(step) +
         " found no lower loss, nothing moved: a minimum, to rounding, or a loss with jumps";
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

DesignTraining::DesignTraining(Design& design, const Experiment& experiment,
                               datasets::ImageFileLoader& files)
    : design_(design), block_(*experiment.optimize), main_(part_of(block_, *design.loss, "loss")) {
  if (!block_.before) return;
  earlier_.emplace(part_of(block_.earlier(), *design.earlier_loss, "loss_before"));
  if (earlier_->steps() > 0) starts_ = draw_starts(experiment, files);
}

DesignTraining::Part DesignTraining::part_of(const OptimizeBlock& block, const Loss& loss,
                                             const std::string& column) {
  return {block, loss, column, Trainer(block, design_.pipeline.parameters()).parameters()};
}

std::vector<DesignTraining::Values> DesignTraining::draw_starts(
    const Experiment& experiment, datasets::ImageFileLoader& files) const {
  std::vector<Values> starts{values_of(*earlier_)};
  for (std::int64_t i = 1; i < block_.before->starts; ++i) {
    Placement placement = design_.pipeline.placement();
    placement.seed += static_cast<std::uint64_t>(i) << 32U;
    const Pipeline other(experiment, placement, files);
    Values values;
    bool differs = false;
    for (const TrainedParameter& trained : earlier_->trained) {
      values.push_back(other.parameters().at(trained.path).leaf.detach().clone());
      differs = differs || !values.back().equal(starts.front()[values.size() - 1]);
    }
    if (!differs) {
      throw UsageError("optimize.before.starts = " + std::to_string(block_.before->starts) +
                       ": what it trains starts from the same values whatever the seed; write "
                       "starts: 1, or let its parameters start at random");
    }
    starts.push_back(std::move(values));
  }
  return starts;
}

std::int64_t DesignTraining::steps() const {
  return main_.steps() +
         (earlier_ ? earlier_->steps() * static_cast<std::int64_t>(starts_.size()) : 0);
}

bool DesignTraining::run(const std::filesystem::path& folder, const RunHooks& hooks) {
  TrainingTable table(folder, block_);
  if (!starts_.empty() && !run_earlier(table, hooks)) return false;
  if (main_.steps() > 0 && !run_part(main_, "main", table, hooks)) return false;
  refresh_without_gradient(design_.pipeline);
  return true;
}

bool DesignTraining::run_earlier(TrainingTable& table, const RunHooks& hooks) {
  double least = std::numeric_limits<double>::infinity();
  Values best;
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    set_values(*earlier_, starts_[i]);
    if (!run_part(*earlier_, "before_" + std::to_string(i), table, hooks)) return false;
    const at::NoGradGuard no_grad;
    design_.pipeline.refresh();
    const double found = loss_of(*earlier_, block_.first_sample, block_.batch).item<double>();
    if (!best.empty() && !(found < least)) continue;
    least = found;
    best = values_of(*earlier_);
  }
  set_values(*earlier_, best);
  return true;
}

at::Tensor DesignTraining::loss_of(const Part& part, std::int64_t first, std::int64_t count) {
  return part.loss.value(design_.trial(part.loss, first, count));
}

DesignTraining::Values DesignTraining::values_of(const Part& part) const {
  Values values;
  for (const TrainedParameter& trained : part.trained) {
    values.push_back(design_.pipeline.parameters().at(trained.path).leaf.detach().clone());
  }
  return values;
}

void DesignTraining::set_values(const Part& part, const Values& values) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < values.size(); ++i) {
    design_.pipeline.parameters().at(part.trained[i].path).leaf.copy_(values[i]);
  }
}

bool DesignTraining::holds_instrument(const Part& part) {
  const auto is_instrument = [](const std::string& path) {
    return !path.starts_with("reconstruction.");
  };
  return std::ranges::any_of(part.trained,
                             [&](const auto& trained) { return is_instrument(trained.path); }) ||
         std::ranges::any_of(part.block.schedules,
                             [&](const auto& line) { return is_instrument(line.first); }) ||
         std::ranges::any_of(part.block.scans,
                             [&](const auto& scan) { return is_instrument(scan.first); });
}

bool DesignTraining::run_part(const Part& part, const std::string& name, TrainingTable& table,
                              const RunHooks& hooks) {
  Trainer trainer(part.block, design_.pipeline.parameters());
  TrainingCheckpoints checkpoints(hooks.checkpoints.below(name), hooks.warning, hooks.checkpoint);
  TrainingRecord record = checkpoints.restore(trainer);
  const std::int64_t rows_before = table.rows();
  for (std::int64_t i = 1; i <= trainer.step_count(); ++i) add_row(part.column, record, i, table);

  const bool moves_instrument = holds_instrument(part);
  refresh_without_gradient(design_.pipeline);
  const auto value_of = [&](std::int64_t first, std::int64_t count) {
    if (moves_instrument) design_.pipeline.refresh();
    return loss_of(part, first, count);
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
    const bool stood_still = trainer.stands_still();
    try {
      record.losses.push_back(trainer.step(loss));
    } catch (const NumericError& error) {
      if (!rolls_back) throw;
      roll_back(trainer, record, error, hooks);
      table.keep(rows_before + trainer.step_count());
      continue;
    }
    const std::int64_t done = trainer.step_count();
    if (trainer.stands_still() && !stood_still) hooks.warning(standstill_at(done - 1));
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
  for (const TrainedParameter& trained : main_.trained) paths.insert(trained.path);
  if (earlier_) {
    for (const TrainedParameter& trained : earlier_->trained) paths.insert(trained.path);
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
