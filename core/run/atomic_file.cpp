// SPDX-License-Identifier: Apache-2.0
#include "core/run/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <random>
#include <string>

#include "core/check.h"
#include "core/error.h"
#include "core/run/file_calls.h"
#include "core/run/process_state.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".tmp.";

// Eight hex digits that tell hosts on a shared file system apart (FNV-1a of the host name).
std::string host_tag() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  std::uint32_t hash = 2166136261U;
  for (const char* c = name; *c != '\0'; ++c) {
    hash = (hash ^ static_cast<unsigned char>(*c)) * 16777619U;
  }
  return fmt::format("{:08x}", hash);
}

// Follows a symbolic link and refuses what a rename must not replace.
fs::path checked_final_path(const fs::path& path) {
  if (path.empty()) throw FileError("an output file has an empty name; give it one");
  if (path.native().find('\0') != std::string::npos) {
    throw FileError(fmt::format("{}: the name holds a NUL character; remove it", path.c_str()));
  }
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return path;
    throw_file_error(path, "lstat", errno);
  }
  fs::path target = path;
  if (S_ISLNK(info.st_mode)) {
    std::error_code status;
    target = fs::canonical(path, status);
    if (status) throw_file_error(path, "following the symbolic link", status.value());
    if (::stat(target.c_str(), &info) != 0) throw_file_error(path, "stat", errno);
  }
  if (S_ISDIR(info.st_mode)) {
    throw FileError(
        fmt::format("{}: is a folder; an output file needs another name", path.string()));
  }
  if (!S_ISREG(info.st_mode)) {
    throw FileError(fmt::format(
        "{}: is a device, FIFO or socket; an output file needs a regular name", path.string()));
  }
  return target;
}

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

fs::path temporary_name(const fs::path& final_path) {
  static std::atomic<std::uint32_t> counter{std::random_device{}()};
  return fmt::format("{}{}{}.{}{:08x}", final_path.string(), kMark, ::getpid(), host_tag(),
                     counter.fetch_add(1));
}

bool is_stale_temporary(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto mark = name.rfind(kMark);
  if (mark == std::string::npos) return false;
  const std::string_view tail = std::string_view(name).substr(mark + kMark.size());
  const auto dot = tail.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view nonce = tail.substr(dot + 1);
  int pid = 0;
  const auto [end, status] = std::from_chars(tail.data(), tail.data() + dot, pid);
  if (status != std::errc{} || end != tail.data() + dot || pid <= 0) return false;
  if (nonce.size() != 16 || !is_lower_hex(nonce) || !nonce.starts_with(host_tag())) return false;
  return process_is_gone(pid);
}

AtomicFile::AtomicFile(fs::path final_path)
    : final_(checked_final_path(final_path)), temporary_(temporary_name(final_)) {
  descriptor_ = file_calls::open(temporary_, O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor_ < 0) throw_file_error(temporary_, "open", -descriptor_);
}

AtomicFile::~AtomicFile() { remove_temporary(); }

void AtomicFile::remove_temporary() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(std::string_view call, int error_number) {
  remove_temporary();
  throw_file_error(final_, call, error_number, std::max(reserved_, written_));
}

void AtomicFile::reserve(std::uint64_t bytes) {
  PARFOCAL_CHECK(descriptor_ >= 0);
  reserved_ = bytes;
  if (bytes == 0) return;
  int result = 0;
  do {
    result = ::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes));
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS) fail("fallocate", errno);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  PARFOCAL_CHECK(descriptor_ >= 0);
  written_ += bytes.size();
  const int result = file_calls::write(descriptor_, bytes);
  if (result != 0) fail("write", -result);
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::commit() {
  PARFOCAL_CHECK(descriptor_ >= 0);
  const int synced = file_calls::fsync(descriptor_);
  if (synced != 0) fail("fsync", -synced);
  const int closed = file_calls::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("close", -closed);
  const int renamed = file_calls::rename(temporary_, final_);
  if (renamed != 0) fail("rename", -renamed);
  committed_ = true;
  const int durable = file_calls::sync_directory(final_.parent_path());
  if (durable != 0) throw_file_error(final_, "fsync of the folder", -durable);
}

void write_file_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.reserve(bytes.size());
  file.write(bytes);
  file.commit();
}

void write_file_atomically(const fs::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

std::string read_whole_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_file_error(path, "open", errno);
  std::string text;
  char block[65536];
  for (;;) {
    const ssize_t got = ::read(descriptor, block, sizeof block);
    if (got > 0) text.append(block, static_cast<std::size_t>(got));
    if (got == 0) break;
    if (got < 0 && errno != EINTR) {
      const int error = errno;
      ::close(descriptor);
      throw_file_error(path, "read", error);
    }
  }
  ::close(descriptor);
  return text;
}

std::vector<fs::path> remove_stale_temporaries(const fs::path& directory) {
  std::vector<fs::path> removed;
  std::error_code status;
  fs::directory_iterator entries(directory, status);
  if (status) throw_file_error(directory, "reading the folder", status.value());
  for (const auto& entry : entries) {
    const auto kind = entry.symlink_status(status).type();
    const bool own_kind = kind == fs::file_type::regular || kind == fs::file_type::symlink;
    if (!own_kind || !is_stale_temporary(entry.path())) continue;
    if (::unlink(entry.path().c_str()) == 0) removed.push_back(entry.path());
  }
  return removed;
}

}  // namespace parfocal
