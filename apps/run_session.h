// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/console.h"
#include "apps/experiment.h"
#include "apps/runtime.h"
#include "apps/task.h"
#include "core/run/event_log.h"
#include "core/run/log.h"
#include "core/run/progress.h"
#include "core/run/provenance.h"
#include "core/run/run_folder.h"
#include "core/run/terminal_line.h"
#include "datasets/image_files.h"

namespace parfocal {

/// The folder in which a run begins, or goes on.
struct RunStart {
  RunFolder folder;
  bool resumed = false;
  bool allow_nonidentical = false;
};

/// One run from its first to its last moment: folder, log, events, progress, provenance, STATUS.
///
/// Invariants: STATUS tells how the run ended, whatever ended it; results/ holds whole files only.
/// Tested by:  tests/apps/run_test.cpp, tests/apps/kill_test.cpp, tests/apps/resume_test.cpp.
class RunSession {
 public:
  RunSession(const ExperimentFile& file, const Runtime& runtime, RunStart start,
             const std::vector<std::string>& command, const Console& console);

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] datasets::ImageFileLoader& files() { return files_; }
  [[nodiscard]] RunHooks hooks();
  void warn(const std::string& sentence);

  /// Publishes the summary, provenance and report.html, then STATUS success.
  void succeed(const Summary& summary);
  /// After a signal: STATUS aborted. Returns 130 or 143.
  [[nodiscard]] ExitCode abort();
  /// After an error: STATUS failure with its exit code.
  void fail(const std::exception& error) noexcept;

 private:
  void record_inputs();
  [[nodiscard]] CheckpointPlan checkpoint_plan();
  [[nodiscard]] std::map<std::string, std::string> identity();
  void close(ExitCode code);
  void show_progress(std::uint64_t done, std::uint64_t total, std::optional<double> objective);

  const Console& console_;
  RunFolder folder_;
  bool allow_nonidentical_;
  CheckpointBlock checkpoints_;
  std::string device_;
  TerminalLine terminal_;
  Log log_;
  EventLog events_;
  Provenance provenance_;
  std::string resolved_;
  datasets::ImageFileLoader files_;
  std::map<std::string, InputRecord> inputs_;
  std::string stage_;
  std::unique_ptr<Progress> progress_;
};

}  // namespace parfocal
