// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace parfocal {

/// Who works in a run folder.
struct LockOwner {
  pid_t pid = 0;
  std::uint64_t pid_start_ticks = 0;  ///< tells a reused pid apart; 0 = unknown
  std::string host;
  std::string boot_id;
  std::string started;  ///< ISO 8601 UTC

  /// "process 123 on host h since 2026-11-25T13:19:33.042Z".
  [[nodiscard]] std::string text() const;
};

enum class LockState {
  kFree,   ///< no LOCK file
  kHeld,   ///< the owner lives, or it is on another host, or just takes the lock
  kStale,  ///< the owner was on this host and is gone
};

struct LockReport {
  LockState state = LockState::kFree;
  std::optional<LockOwner> owner;  ///< absent when the file cannot be understood
  bool owner_is_local = false;
};

/// Looks at `folder/LOCK` without changing anything.
[[nodiscard]] LockReport inspect_lock(const std::filesystem::path& folder);

/// The right to write in a run folder, as the file `LOCK`, taken with O_EXCL.
///
/// A stale lock (same host, and its process gone or the machine restarted since) is taken over. Two
/// processes that find the same stale lock cannot both get it.
///
/// Errors:    FileError naming the owner when the lock is held, or when it cannot be written.
/// Tested by: tests/core/run/run_folder_test.cpp.
class RunLock {
 public:
  explicit RunLock(std::filesystem::path folder);
  ~RunLock();
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;

  void release() noexcept;

 private:
  std::filesystem::path file_;  // empty: nothing held
};

}  // namespace parfocal
