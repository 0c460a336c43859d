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

constexpr const char* kLosses = "losses";
constexpr const char* kInput = "input:";

std::vector<double> take_losses(TrainerState& state, std::int64_t step) {
  const auto found = state.find(kLosses);
  if (found == state.end() || found->second.scalar_type() != at::kDouble ||
      found->second.numel() != step) {
    throw DataError("the state of the training lacks the losses of its steps");
  }
  const at::Tensor losses = found->second.contiguous();
  std::vector<double> values(losses.const_data_ptr<double>(),
                             losses.const_data_ptr<double>() + losses.numel());
  state.erase(found);
  return values;
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

std::vector<double> TrainingCheckpoints::restore(Trainer& trainer) const {
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
  std::vector<double> losses = take_losses(state, search.newest->step);
  trainer.restore(state);
  warn_(fmt::format("resumed after step {} of {}", trainer.step_count(), trainer.steps()));
  return losses;
}

bool TrainingCheckpoints::is_due() const { return monotonic_s() - last_s_ >= plan_.every_s; }

void TrainingCheckpoints::write(const Trainer& trainer, const std::vector<double>& losses) {
  TrainerState state = trainer.state();
  state[kLosses] = at::tensor(losses, at::kDouble);
  tell_(trainer.step_count(), false);
  store_.write(trainer.step_count(), plan_.identity(), [&state](const std::filesystem::path& file) {
    write_tensor_file(file, {state, {}});
  });
  tell_(trainer.step_count(), true);
  last_s_ = monotonic_s();
}

}  // namespace parfocal
