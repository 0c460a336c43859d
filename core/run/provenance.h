// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parfocal {

/// A file that a run reads, as it was found.
struct InputRecord {
  std::string path;
  std::uint64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  std::string sha256;
  std::optional<std::uint64_t> frames_expected;
  std::optional<std::uint64_t> frames_found;
  std::optional<std::uint64_t> frames_used;
};

/// Size, time and digest of a file. \throws DataError when it cannot be read.
[[nodiscard]] InputRecord record_input(const std::filesystem::path& path);

/// True when size or time differ from the record: the file changed while the run used it.
[[nodiscard]] bool changed_since(const InputRecord& record);

struct WeightsRecord {
  std::string path;
  std::string sha256;
  std::string licence;
};

struct GpuRecord {
  std::string name;
  std::string driver;
  std::uint64_t memory_bytes = 0;
  std::string compute_capability;
};

/// Everything needed to say where a result came from, `provenance.json`.
///
/// Layout:     the keys of section "provenance.json" of the file reference, `schema` = 1; keys are
///             added, never renamed. What is unknown is left out, not guessed.
/// Units:      seconds, bytes; times ISO 8601 UTC with milliseconds.
/// Invariants: `short_form` holds no time, host, user, path or run id and is at most 8000 bytes, so
///             that files which embed it stay equal from run to run.
/// Errors:     FileError from `write`.
/// Tested by:  tests/core/run/records_test.cpp.
struct Provenance {
  std::map<std::string, std::string> libraries;  ///< name -> version, told by the program
  std::vector<GpuRecord> gpus;
  unsigned threads = 1;
  unsigned interop_threads = 1;
  bool deterministic = true;
  bool tf32 = false;
  unsigned world_size = 1;
  std::map<std::string, std::uint64_t> seeds;  ///< "run" and others
  std::vector<InputRecord> inputs;
  std::vector<WeightsRecord> weights;
  std::string config_sha256;
  std::string command;
  std::string cwd;
  std::string started;
  std::string ended;
  double wall_s = 0;
  double cpu_s = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t peak_device_bytes = 0;
  int exit_code = 0;
  std::optional<int> signal;
  std::vector<std::string> resumed_from;
  std::vector<std::string> warnings;
  std::vector<std::string> nonidentical;  ///< reasons why bit identity is not promised

  /// Sets `started` and remembers the clock.
  void begin();
  /// Sets `ended`, `wall_s`, `cpu_s`, `peak_rss_bytes`, `exit_code`.
  void end(int code, std::optional<int> signal_number = std::nullopt);

  [[nodiscard]] std::string to_json() const;
  [[nodiscard]] std::string short_form() const;
  void write(const std::filesystem::path& path) const;

 private:
  double began_s_ = 0;
  double cpu_before_s_ = 0;
};

}  // namespace parfocal
