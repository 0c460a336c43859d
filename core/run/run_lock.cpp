// SPDX-License-Identifier: Apache-2.0
#include "core/run/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/clock.h"
#include "core/run/file_calls.h"
#include "core/run/process_state.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kLockName = "LOCK";
// A LOCK without readable content belongs to a process between open and write, unless it is older.
constexpr std::time_t kTakingLimitS = 10;

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  return text;
}

LockOwner this_process() {
  LockOwner owner;
  owner.pid = ::getpid();
  if (const auto state = process_state(owner.pid)) owner.pid_start_ticks = state->start_ticks;
  owner.host = host_name();
  owner.boot_id = boot_id();
  owner.started = iso_utc_now();
  return owner;
}

std::optional<LockOwner> parse_owner(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    LockOwner owner;
    owner.pid = json.at("pid").get<pid_t>();
    owner.pid_start_ticks = json.at("pid_start_ticks").get<std::uint64_t>();
    owner.host = json.at("host").get<std::string>();
    owner.boot_id = json.at("boot_id").get<std::string>();
    owner.started = json.at("started").get<std::string>();
    return owner.pid > 0 ? std::optional(owner) : std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string to_text(const LockOwner& owner) {
  const Json json = {{"pid", owner.pid},
                     {"pid_start_ticks", owner.pid_start_ticks},
                     {"host", owner.host},
                     {"boot_id", owner.boot_id},
                     {"started", owner.started}};
  return json.dump() + "\n";
}

bool lives(const LockOwner& owner) {
  if (owner.boot_id != boot_id()) return false;
  if (process_is_gone(owner.pid)) return false;
  const auto now = process_state(owner.pid);
  return !now || owner.pid_start_ticks == 0 || now->start_ticks == owner.pid_start_ticks;
}

// Serialises take-overs; released by the kernel when the process dies.
class TakeOverGuard {
 public:
  explicit TakeOverGuard(const fs::path& folder)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0) throw_file_error(folder, "open", errno);
    while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~TakeOverGuard() { ::close(descriptor_); }
  TakeOverGuard(const TakeOverGuard&) = delete;
  TakeOverGuard& operator=(const TakeOverGuard&) = delete;

 private:
  int descriptor_;
};

void write_lock_content(const fs::path& file, int descriptor) {
  const std::string text = to_text(this_process());
  int result = file_calls::write(descriptor, std::as_bytes(std::span(text)));
  if (result == 0) result = file_calls::fsync(descriptor);
  const int closed = file_calls::close(descriptor);
  if (result == 0) result = closed;
  if (result == 0) return;
  ::unlink(file.c_str());
  throw_file_error(file, "write", -result, text.size());
}

[[noreturn]] void refuse(const fs::path& file, const LockReport& report) {
  const std::string owner =
      report.owner ? report.owner->text() : std::string("a process that just starts");
  const std::string remedy = report.owner && !report.owner_is_local
                                 ? "if that process is gone, delete the file LOCK by hand"
                                 : "wait for it, or stop it, or use another folder";
  throw FileError(fmt::format("{}: in use by {}; {}", file.string(), owner, remedy));
}

}  // namespace

std::string LockOwner::text() const {
  return fmt::format("process {} on host {} since {}", pid, host, started);
}

LockReport inspect_lock(const fs::path& folder) {
  const fs::path file = folder / kLockName;
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    throw_file_error(file, "stat", errno);
  }
  std::string text;
  try {
    text = read_whole_file(file);
  } catch (const FileError&) {
    if (!fs::exists(file)) return {};  // released in between
    throw;
  }
  LockReport report;
  report.owner = parse_owner(text);
  if (!report.owner) {
    const bool being_taken = std::time(nullptr) - info.st_mtime <= kTakingLimitS;
    report.owner_is_local = true;
    report.state = being_taken ? LockState::kHeld : LockState::kStale;
    return report;
  }
  report.owner_is_local = report.owner->host == host_name();
  const bool gone = report.owner_is_local && !lives(*report.owner);
  report.state = gone ? LockState::kStale : LockState::kHeld;
  return report;
}

RunLock::RunLock(fs::path folder) : file_(folder / kLockName) {
  const TakeOverGuard guard(folder);
  const LockReport report = inspect_lock(folder);
  if (report.state == LockState::kHeld) refuse(file_, report);
  if (report.state == LockState::kStale && ::unlink(file_.c_str()) != 0 && errno != ENOENT) {
    throw_file_error(file_, "unlink", errno);
  }
  const int descriptor = file_calls::open(file_, O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor == -EEXIST) refuse(file_, inspect_lock(folder));
  if (descriptor < 0) throw_file_error(file_, "open", -descriptor);
  write_lock_content(file_, descriptor);
}

RunLock::RunLock(RunLock&& other) noexcept : file_(std::exchange(other.file_, {})) {}

RunLock::~RunLock() { release(); }

void RunLock::release() noexcept {
  if (!file_.empty()) ::unlink(file_.c_str());
  file_.clear();
}

}  // namespace parfocal
