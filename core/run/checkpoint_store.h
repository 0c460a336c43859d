// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parfocal {

/// A state of a computation that was verified to be what was written.
struct StoredCheckpoint {
  std::int64_t step = 0;
  std::filesystem::path tensors;                ///< safetensors
  std::map<std::string, std::string> identity;  ///< As it was written with it.
};

/// What was found in a folder of checkpoints.
struct CheckpointSearch {
  std::optional<StoredCheckpoint> newest;  ///< The newest valid one.
  std::vector<std::string> skipped;        ///< "PATH: why", newest first.
};

/// Checkpoints of one computation, each whole or not there.
///
/// Layout:     FOLDER/ckpt-<step, 9 digits>/ with tensors.safetensors, manifest.json and SHA256SUMS;
///             the manifest holds `format` = 1, `step`, `identity` and `written` (UTC).
/// Convention: a checkpoint is made in a folder with a temporary name, read back, and renamed;
///             older ones beyond `keep` are removed only then, first out of their final name.
/// Invariants: a kill at any moment leaves every checkpoint under a final name valid, and at least
///             one of them if there was one before.
/// Errors:     FileError naming the file and the call when writing fails; older ones stay.
/// Tested by:  tests/core/run/checkpoint_store_test.cpp, tests/apps/resume_test.cpp.
class CheckpointStore {
 public:
  explicit CheckpointStore(std::filesystem::path folder, std::size_t keep = 2);

  using WriteTensors = std::function<void(const std::filesystem::path& file)>;
  /// `identity`: what the state depends on (program, threads, digests), kept in the manifest. A
  /// valid checkpoint of the same step is left as it is.
  void write(std::int64_t step, const std::map<std::string, std::string>& identity,
             const WriteTensors& write_tensors) const;

  [[nodiscard]] CheckpointSearch search() const;

  /// All of them, after the computation has ended.
  void remove_all() const;

 private:
  std::filesystem::path folder_;
  std::size_t keep_;
};

}  // namespace parfocal
