// SPDX-License-Identifier: Apache-2.0
#include "core/run/file_calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "core/error.h"

namespace parfocal {
namespace {

struct NamedErrno {
  std::string_view name;
  int number;
};
constexpr std::array<NamedErrno, 7> kInjectable = {{{"ENOSPC", ENOSPC},
                                                    {"EIO", EIO},
                                                    {"EDQUOT", EDQUOT},
                                                    {"EACCES", EACCES},
                                                    {"EROFS", EROFS},
                                                    {"EINTR", EINTR},
                                                    {"EMFILE", EMFILE}}};
constexpr std::array<std::string_view, 5> kCalls = {"open", "write", "fsync", "close", "rename"};

struct Fault {
  std::string call;  // empty: nothing armed
  std::uint64_t nth = 0;
  int error_number = 0;
  std::uint64_t seen = 0;
};

[[noreturn]] void refuse(std::string_view specification) {
  throw UsageError(fmt::format(
      "PARFOCAL_TEST_FAIL = \"{}\": expected CALL:N:ERRNO with CALL one of open, write, "
      "fsync, close, rename, N >= 1 and ERRNO one of ENOSPC, EIO, EDQUOT, EACCES, EROFS, "
      "EINTR, EMFILE, for example write:17:ENOSPC",
      specification));
}

Fault parse(std::string_view specification) {
  Fault fault;
  if (specification.empty()) return fault;
  const auto first = specification.find(':');
  const auto second = first == std::string_view::npos ? first : specification.find(':', first + 1);
  if (second == std::string_view::npos) refuse(specification);
  const auto call = specification.substr(0, first);
  const auto count = specification.substr(first + 1, second - first - 1);
  const auto error = specification.substr(second + 1);
  for (const auto known : kCalls) {
    if (call == known) fault.call = call;
  }
  const auto [end, status] = std::from_chars(count.data(), count.data() + count.size(), fault.nth);
  for (const auto& known : kInjectable) {
    if (error == known.name) fault.error_number = known.number;
  }
  const bool number_ok =
      status == std::errc{} && end == count.data() + count.size() && fault.nth >= 1;
  if (fault.call.empty() || !number_ok || fault.error_number == 0) refuse(specification);
  return fault;
}

Fault parse_environment() {
  const char* text = std::getenv("PARFOCAL_TEST_FAIL");
  return parse(text == nullptr ? "" : text);
}

std::mutex fault_mutex;

Fault& armed_fault() {
  static Fault fault = parse_environment();
  return fault;
}

// The error to pretend for this call, or 0.
int injected(std::string_view call) {
  const std::lock_guard lock(fault_mutex);
  Fault& fault = armed_fault();
  if (fault.call != call) return 0;
  return ++fault.seen == fault.nth ? fault.error_number : 0;
}

}  // namespace

namespace file_calls {

void set_fault(std::string_view specification) {
  Fault fault = parse(specification);
  const std::lock_guard lock(fault_mutex);
  armed_fault() = std::move(fault);
}

int open(const std::filesystem::path& path, int flags, unsigned mode) {
  for (;;) {
    const int fault = injected("open");
    const int descriptor = fault != 0 ? -1 : ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (descriptor >= 0) return descriptor;
    const int error = fault != 0 ? fault : errno;
    if (error != EINTR) return -error;
  }
}

int write(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const int fault = injected("write");
    const ssize_t written = fault != 0 ? -1 : ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      const int error = fault != 0 ? fault : errno;
      if (error != EINTR) return -error;
    } else {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  return 0;
}

int fsync(int descriptor) {
  for (;;) {
    const int fault = injected("fsync");
    if (fault == 0 && ::fsync(descriptor) == 0) return 0;
    const int error = fault != 0 ? fault : errno;
    if (error != EINTR) return -error;
  }
}

int close(int descriptor) {
  const int fault = injected("close");
  const int error = ::close(descriptor) == 0 ? fault : errno;
  // On Linux the descriptor is gone after EINTR too; closing again could hit another thread's file.
  return error == EINTR ? 0 : -error;
}

int rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (;;) {
    const int fault = injected("rename");
    if (fault == 0 && std::rename(from.c_str(), to.c_str()) == 0) return 0;
    const int error = fault != 0 ? fault : errno;
    if (error != EINTR) return -error;
  }
}

int sync_directory(const std::filesystem::path& directory) {
  const int descriptor =
      open(directory.empty() ? std::filesystem::path(".") : directory, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return descriptor;
  const int synced = fsync(descriptor);
  const int closed = close(descriptor);
  if (synced == -EINVAL || synced == -EOPNOTSUPP) return closed;
  return synced != 0 ? synced : closed;
}

}  // namespace file_calls

std::string error_text(int error_number) {
  const char* name = strerrorname_np(error_number);
  return fmt::format(
      "{} ({})",
      strerrordesc_np(error_number) != nullptr ? strerrordesc_np(error_number) : "unknown error",
      name != nullptr ? name : std::to_string(error_number).c_str());
}

void throw_file_error(const std::filesystem::path& path, std::string_view call, int error_number,
                      std::uint64_t bytes_needed) {
  std::string text =
      fmt::format("{}: {} failed: {}", path.string(), call, error_text(error_number));
  if (error_number == ENOSPC || error_number == EDQUOT) {
    struct statvfs space {};
    const auto directory = path.has_parent_path() ? path.parent_path() : ".";
    if (bytes_needed > 0) text += fmt::format("; {} bytes needed", bytes_needed);
    if (::statvfs(directory.c_str(), &space) == 0) {
      text += fmt::format("{} {} bytes free", bytes_needed > 0 ? "," : ";",
                          std::uint64_t{space.f_bavail} * std::uint64_t{space.f_frsize});
    }
    text += "; free some space or choose another output folder";
  } else if (error_number == EACCES || error_number == EROFS || error_number == EPERM) {
    text += "; choose an output folder that you may write to";
  } else if (error_number == ENOENT) {
    text += "; create the folder first";
  } else if (error_number == ENAMETOOLONG) {
    text += "; choose a shorter name";
  }
  throw FileError(text);
}

}  // namespace parfocal
