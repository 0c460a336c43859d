// SPDX-License-Identifier: Apache-2.0
#include "apps/run_session.h"

#include <ATen/Parallel.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/report/report.h"
#include "apps/version.h"
#include "core/run/atomic_file.h"
#include "core/run/sha256.h"
#include "core/run/signals.h"

namespace parfocal {
namespace {

Log::Level terminal_level(const Console& console) {
  if (console.verbosity < 0) return Log::Level::kError;
  return console.verbosity > 0 ? Log::Level::kDebug : Log::Level::kInfo;
}

/// The experiment as it runs: the number of threads is part of it.
std::string resolved_for_run(const ExperimentFile& file, const Runtime& runtime) {
  ExperimentFile copy = file;
  copy.experiment.runtime.threads = runtime.threads;
  return copy.resolved_yaml();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

/// Every safetensors file that an experiment names.
std::vector<WeightsRecord> weights_of(const std::string& resolved) {
  constexpr std::string_view kEnd = ".safetensors";
  std::map<std::string, WeightsRecord> found;
  std::istringstream lines(resolved);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end = line.rfind(kEnd);
    const std::size_t colon = line.find(": ");
    if (end == std::string::npos || colon == std::string::npos || colon > end) continue;
    std::string path = line.substr(colon + 2, end + kEnd.size() - colon - 2);
    if (path.starts_with('"')) path.erase(0, 1);
    if (std::filesystem::is_regular_file(path)) found[path] = {path, sha256_of_file(path), ""};
  }
  std::vector<WeightsRecord> weights;
  for (auto& [path, record] : found) weights.push_back(std::move(record));
  return weights;
}

}  // namespace

RunSession::RunSession(const ExperimentFile& file, const Runtime& runtime, RunStart start,
                       const std::vector<std::string>& command, const Console& console)
    : console_(console),
      folder_(std::move(start.folder)),
      allow_nonidentical_(start.allow_nonidentical),
      checkpoints_(file.experiment.runtime.checkpoints),
      device_(runtime.device.device.str()),
      terminal_(STDERR_FILENO),
      log_(terminal_, terminal_level(console)),
      events_(folder_.path() / "events.jsonl"),
      resolved_(resolved_for_run(file, runtime)) {
  log_.add_file(folder_.path() / "log.txt");
  provenance_.begin();
  provenance_.libraries = library_versions();
  provenance_.threads = static_cast<unsigned>(runtime.threads);
  provenance_.interop_threads = static_cast<unsigned>(at::get_num_interop_threads());
  const std::vector<std::int64_t>& seeds = file.experiment.runtime.seeds;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const std::string name = i == 0 ? "run" : "run_" + std::to_string(i);
    provenance_.seeds[name] = static_cast<std::uint64_t>(seeds[i]);
  }
  provenance_.weights = weights_of(resolved_);
  provenance_.command = shell_quoted(command);
  provenance_.cwd = std::filesystem::current_path().string();
  if (!runtime.device.device.is_cpu()) {
    provenance_.nonidentical.push_back("computed on a CUDA device: other devices give other bits");
  }
  if (start.resumed) {
    provenance_.resumed_from.push_back(folder_.path().string());
    // What it held is computed again, or comes back from the checkpoint.
    std::filesystem::remove(folder_.path() / "metrics.csv");
  } else {
    folder_.save_texts({read_whole_file(file.file), resolved_, file.overrides, command});
  }
  log_->info("{}: {}", file.experiment.name, folder_.path().string());
  log_->info("device {}, {} threads", runtime.device.reason, runtime.threads);
  events_.emit("start", {{"name", file.experiment.name},
                         {"device", runtime.device.reason},
                         {"resumed", start.resumed}});
}

std::map<std::string, std::string> RunSession::identity() {
  record_inputs();
  std::map<std::string, std::string> identity = {{"program", version_text()},
                                                 {"LibTorch", provenance_.libraries.at("LibTorch")},
                                                 {"device", device_},
                                                 {"threads", std::to_string(provenance_.threads)},
                                                 {"configuration", sha256_hex(resolved_)}};
  for (const auto& [path, record] : inputs_) identity["input:" + path] = record.sha256;
  return identity;
}

CheckpointPlan RunSession::checkpoint_plan() {
  CheckpointPlan plan;
  plan.folder = folder_.path() / "checkpoints";
  plan.every_s = checkpoints_.every.s();
  plan.keep = static_cast<std::size_t>(checkpoints_.keep);
  plan.identity = [this] { return identity(); };
  plan.allow_nonidentical = allow_nonidentical_;
  return plan;
}

RunHooks RunSession::hooks() {
  RunHooks hooks;
  hooks.cancelled = cancellation_by_signal();
  hooks.stage = [this](const std::string& stage) {
    progress_.reset();
    stage_ = stage;
    events_.enter_stage(stage);
    log_->debug("stage {}", stage);
  };
  hooks.progress = [this](std::uint64_t done, std::uint64_t total, std::optional<double> value) {
    show_progress(done, total, value);
  };
  hooks.warning = [this](const std::string& sentence) { warn(sentence); };
  hooks.provenance = [this] {
    record_inputs();
    return provenance_.short_form();
  };
  hooks.checkpoints = checkpoint_plan();
  hooks.checkpoint = [this](std::int64_t step, bool written) {
    events_.emit("checkpoint", {{"step", step}, {"written", written}});
  };
  hooks.checkpoint_requested = take_checkpoint_request;
  return hooks;
}

void RunSession::show_progress(std::uint64_t done, std::uint64_t total,
                               std::optional<double> objective) {
  if (!progress_) {
    progress_ = std::make_unique<Progress>(
        terminal_,
        Progress::Options{stage_, total, "step", "objective", console_.verbosity < 0, {}});
  }
  if (done > 0) progress_->update(done, objective);
  if (objective) {
    events_.emit("step", {{"step", done}, {"total", total}, {"objective", *objective}});
  }
}

void RunSession::warn(const std::string& sentence) {
  log_->warn("{}", sentence);
  events_.emit("warning", {{"message", sentence}});
  provenance_.warnings.push_back(sentence);
}

void RunSession::record_inputs() {
  std::string counted = resolved_;
  for (const datasets::InputFile& file : files_.inputs()) {
    auto [entry, fresh] = inputs_.try_emplace(file.path.string());
    if (fresh) entry->second = record_input(file.path);
    entry->second.frames_expected = static_cast<std::uint64_t>(file.frames_expected);
    entry->second.frames_found = static_cast<std::uint64_t>(file.frames_found);
    entry->second.frames_used = static_cast<std::uint64_t>(file.frames_used);
    counted = replaced(std::move(counted), file.path.string(), "sha256:" + entry->second.sha256);
  }
  for (const WeightsRecord& weights : provenance_.weights) {
    counted = replaced(std::move(counted), weights.path, "sha256:" + weights.sha256);
  }
  // A configuration is the same when the content of its files is, wherever they lie.
  provenance_.config_sha256 = sha256_hex(counted);
  provenance_.inputs.clear();
  for (const auto& [path, record] : inputs_) provenance_.inputs.push_back(record);
}

void RunSession::close(ExitCode code) {
  progress_.reset();
  provenance_.end(static_cast<int>(code), stop_requested());
  provenance_.write(folder_.path() / "provenance.json");
  if (code == ExitCode::kSuccess) write_report(folder_.path());
  events_.emit("end", {{"exit_code", static_cast<int>(code)}});
  folder_.finish(code);
}

void RunSession::succeed(const Summary& summary) {
  for (const std::string& sentence : files_.warnings()) warn(sentence);
  record_inputs();
  for (const auto& [path, record] : inputs_) {
    if (changed_since(record)) warn(path + ": changed while the run used it");
  }
  summary.write(folder_.result_path("summary.json"));
  std::filesystem::remove_all(folder_.path() / "checkpoints");
  close(ExitCode::kSuccess);
  log_->info("done, report {}", (folder_.path() / "report.html").string());
}

ExitCode RunSession::abort() {
  const ExitCode code = exit_code_of_signal(stop_requested().value_or(SIGTERM));
  log_->warn(
      "stopped by a signal; nothing was published to results/; go on with: parfocal resume {}",
      folder_.path().string());
  record_inputs();
  close(code);
  return code;
}

void RunSession::fail(const std::exception& error) noexcept {
  try {
    log_.leave_terminal();
    log_->error("{}", error.what());
    events_.emit("error", {{"message", error.what()}});
    close(exit_code_of(error));
  } catch (const std::exception& second) {
    // The folder then closes itself as aborted; the first error is the one that is reported.
    console_.error(std::string("error while closing the run: ") + second.what());
  }
}

}  // namespace parfocal
