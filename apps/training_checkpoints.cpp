// SPDX-License-Identifier: Apache-2.0
#include "apps/training_checkpoints.h"

#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "core/run/clock.h"
#include "core/run/sha256.h"
#include "core/tensor/tensor_file.h"

namespace parfocal {
namespace {

constexpr const char* kInput = "input:";
constexpr const char* kLosses = "record/losses";
constexpr const char* kValidations = "record/validations";
constexpr std::string_view kKept = "kept/";

/// Takes a tensor of float64 [rows, columns] out of a state.
at::Tensor take_rows(TrainerState& state, const std::string& name, std::int64_t columns) {
  const auto found = state.find(name);
  const bool fits = found != state.end() && found->second.scalar_type() == at::kDouble &&
                    found->second.dim() == 2 && found->second.size(1) == columns;
  if (!fits) throw DataError("the state of the training lacks " + name);
  return state.extract(found).mapped().contiguous();
}

/// Takes what belongs to the record out of a state of `step` steps.
TrainingRecord take_record(TrainerState& state, std::int64_t step) {
  TrainingRecord record;
  const at::Tensor losses = take_rows(state, kLosses, 1);
  if (losses.size(0) != step) throw DataError("the state of the training lacks losses of steps");
  const double* const first = losses.const_data_ptr<double>();
  record.losses.assign(first, first + step);
  const at::Tensor validations = take_rows(state, kValidations, 2);
  for (std::int64_t i = 0; i < validations.size(0); ++i) {
    const double* const row = validations.const_data_ptr<double>() + 2 * i;
    record.validations[static_cast<std::int64_t>(row[0])] = row[1];
  }
  for (auto entry = state.begin(); entry != state.end();) {
    const auto next = std::next(entry);
    if (entry->first.starts_with(kKept)) {
      record.kept[entry->first.substr(kKept.size())] = state.extract(entry).mapped();
    }
    entry = next;
  }
  return record;
}

void add_record(const TrainingRecord& record, TrainerState& state) {
  state[kLosses] = at::tensor(record.losses, at::kDouble).view({-1, 1});
  std::vector<double> rows;
  for (const auto& [step, loss] : record.validations) {
    rows.push_back(static_cast<double>(step));
    rows.push_back(loss);
  }
  state[kValidations] = at::tensor(rows, at::kDouble).view({-1, 2});
  for (const auto& [name, tensor] : record.kept) state[std::string(kKept) + name] = tensor;
}

}  // namespace

CheckpointPlan CheckpointPlan::below(const std::filesystem::path& part) const {
  CheckpointPlan plan = *this;
  plan.folder /= part;
  return plan;
}

TrainingCheckpoints::TrainingCheckpoints(CheckpointPlan plan, Warn warn, Tell tell)
    : plan_(std::move(plan)),
      store_(plan_.folder, plan_.keep),
      warn_(std::move(warn)),
      tell_(std::move(tell)),
      last_s_(monotonic_s()) {}

void TrainingCheckpoints::require(bool same, const std::string& difference) const {
  if (same) return;
  if (!plan_.allow_nonidentical) {
    throw UsageError(plan_.folder.string() + ": " + difference +
                     ": the result would have other bits; use the same, or add "
                     "--allow-nonidentical");
  }
  warn_("not bit-identical to an undisturbed run: " + difference);
}

void TrainingCheckpoints::check_identity(const StoredCheckpoint& found) const {
  const std::map<std::string, std::string> now = plan_.identity();
  for (const auto& [what, then] : found.identity) {
    if (what.starts_with(kInput)) {
      const std::string path = what.substr(std::string_view(kInput).size());
      require(sha256_of_file(path) == then, path + " is another file now");
      continue;
    }
    const auto present = now.find(what);
    const std::string value = present == now.end() ? "unknown" : present->second;
    require(value == then,
            fmt::format("{} is {}, the checkpoint was made with {}", what, value, then));
  }
}

TrainingRecord TrainingCheckpoints::restore(Trainer& trainer) const {
  const CheckpointSearch search = store_.search();
  for (const std::string& skipped : search.skipped) warn_("checkpoint skipped: " + skipped);
  if (!search.newest) {
    if (search.skipped.empty()) return {};
    throw DataError(plan_.folder.string() +
                    ": none of its checkpoints is valid: " + search.skipped.front() +
                    "; remove the folder to start the training from its beginning");
  }
  check_identity(*search.newest);
  TrainerState state = read_tensor_file(search.newest->tensors).tensors;
  TrainingRecord record = take_record(state, search.newest->step);
  trainer.restore(state);
  warn_(fmt::format("resumed after step {} of {}", trainer.step_count(), trainer.steps()));
  return record;
}

bool TrainingCheckpoints::is_due() const { return monotonic_s() - last_s_ >= plan_.every_s; }

void TrainingCheckpoints::write(const Trainer& trainer, const TrainingRecord& record) {
  TrainerState state = trainer.state();
  add_record(record, state);
  tell_(trainer.step_count(), false);
  store_.write(trainer.step_count(), plan_.identity(), [&state](const std::filesystem::path& file) {
    write_tensor_file(file, {state, {}});
  });
  tell_(trainer.step_count(), true);
  last_s_ = monotonic_s();
}

}  // namespace parfocal
