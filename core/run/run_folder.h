// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/run/atomic_file.h"
#include "core/run/checksums.h"
#include "core/run/exit_codes.h"
#include "core/run/run_lock.h"
#include "core/run/run_status.h"

namespace parfocal {

/// What the user gave, kept so that the run can be understood and repeated.
struct RunTexts {
  std::string config_in_yaml;          ///< bytes as given -> config.in.yaml
  std::string config_resolved_yaml;    ///< every key -> config.resolved.yaml
  std::vector<std::string> overrides;  ///< one per line -> overrides.txt
  std::vector<std::string> command;    ///< argv, shell-quoted, and the folder -> command.txt
};

/// One run = one folder `<out>/<name>/<UTC yyyymmddThhmmssZ>-<6 hex>/` that no other run writes to.
///
/// Layout:     STATUS, LOCK, config.in.yaml, config.resolved.yaml, overrides.txt, command.txt,
///             provenance.json, log.txt, events.jsonl, metrics.csv, results/, SHA256SUMS; beside it
///             `<out>/<name>/latest`, a symbolic link replaced by rename.
/// Invariants: an existing folder is never taken for a new run; what stands in results/ is whole;
///             STATUS is `running` from the first to the last moment and then says how it ended.
/// Errors:     UsageError for a name that cannot be a folder; FileError for everything else.
/// Tested by:  tests/core/run/run_folder_test.cpp.
class RunFolder {
 public:
  /// A new folder under `out/name`.
  [[nodiscard]] static RunFolder create(const std::filesystem::path& out, std::string_view name);
  /// A new folder with exactly this path (a cell of a study); it must not exist.
  [[nodiscard]] static RunFolder create_at(const std::filesystem::path& folder);
  /// An existing folder, to go on in it. Refused while another process works there.
  [[nodiscard]] static RunFolder reopen(const std::filesystem::path& folder);

  RunFolder(RunFolder&& other) noexcept;
  RunFolder& operator=(RunFolder&&) = delete;
  /// Without `finish` the run counts as aborted.
  ~RunFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path results() const { return path_ / "results"; }

  void save_texts(const RunTexts& texts) const;

  /// `results/NAME`, with its folders made; NAME is relative and stays inside results/.
  [[nodiscard]] std::filesystem::path result_path(const std::filesystem::path& name) const;
  void publish(const std::filesystem::path& name, std::string_view content) const;

  /// Writes SHA256SUMS, then STATUS, and gives the folder free. Nothing may be written afterwards
  /// except log.txt and events.jsonl.
  void finish(ExitCode code);

 private:
  RunFolder(std::filesystem::path path, RunLock lock);

  std::filesystem::path path_;
  RunLock lock_;
  bool open_ = true;
};

/// "'a b' c": arguments as a POSIX shell reads them back.
[[nodiscard]] std::string shell_quoted(const std::vector<std::string>& arguments);

}  // namespace parfocal
