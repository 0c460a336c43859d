// SPDX-License-Identifier: Apache-2.0
#include "core/run/run_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <random>
#include <utility>

#include "core/check.h"
#include "core/error.h"
#include "core/run/clock.h"
#include "core/run/entry_name.h"
#include "core/run/file_calls.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

void make_folders(const fs::path& folder) {
  std::error_code status;
  fs::create_directories(folder, status);
  if (status) throw_file_error(folder, "mkdir", status.value());
}

// False when the folder exists already.
bool make_new_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0777) == 0) return true;
  if (errno == EEXIST) return false;
  throw_file_error(folder, "mkdir", errno);
}

void check_sync(const fs::path& folder) {
  const int result = file_calls::sync_directory(folder);
  if (result != 0) throw_file_error(folder, "fsync of the folder", -result);
}

void point_latest_at(const fs::path& folder) {
  const fs::path link = folder.parent_path() / "latest";
  const fs::path temporary = temporary_name(link);
  std::error_code status;
  fs::create_directory_symlink(folder.filename(), temporary, status);
  if (status) throw_file_error(link, "symlink", status.value());
  const int result = file_calls::rename(temporary, link);
  if (result != 0) {
    ::unlink(temporary.c_str());
    throw_file_error(link, "rename", -result);
  }
}

fs::path make_unique_folder(const fs::path& parent) {
  std::random_device random;
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::string id = fmt::format("{}-{:06x}", compact_utc(std::chrono::system_clock::now()),
                                       random() & 0xffffffU);
    if (make_new_folder(parent / id)) return parent / id;
  }
  throw FileError(fmt::format("{}: no free folder name in {} attempts; use another output folder",
                              parent.string(), kAttempts));
}

bool is_word(const std::string& text) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  return !text.empty() && text.find_first_not_of(kSafe) == std::string::npos;
}

std::string overrides_text(const std::vector<std::string>& overrides) {
  std::string text;
  for (const auto& item : overrides) {
    if (item.find('\n') != std::string::npos) {
      throw UsageError(fmt::format("override \"{}\": holds a line break; write it on one line",
                                   item.substr(0, 60)));
    }
    text += item + "\n";
  }
  return text;
}

}  // namespace

std::string shell_quoted(const std::vector<std::string>& arguments) {
  std::string text;
  for (const auto& argument : arguments) {
    if (!text.empty()) text += ' ';
    if (is_word(argument)) {
      text += argument;
      continue;
    }
    text += '\'';
    for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

RunFolder::RunFolder(fs::path path, RunLock lock) : path_(std::move(path)), lock_(std::move(lock)) {
  write_status(path_, RunStatus{});
  if (!make_new_folder(results()) && !fs::is_directory(results())) {
    throw FileError(fmt::format("{}: is not a folder; move it away", results().string()));
  }
  check_sync(path_);
}

RunFolder RunFolder::create(const fs::path& out, std::string_view name) {
  require_entry_name("name", name);
  const fs::path parent = fs::absolute(out / name).lexically_normal();
  make_folders(parent);
  const fs::path folder = make_unique_folder(parent);
  RunFolder run(folder, RunLock(folder));
  point_latest_at(folder);
  check_sync(parent);
  return run;
}

RunFolder RunFolder::create_at(const fs::path& folder) {
  const fs::path target = fs::absolute(folder).lexically_normal();
  make_folders(target.parent_path());
  if (!make_new_folder(target)) {
    throw FileError(fmt::format("{}: exists already; a run needs a new folder", target.string()));
  }
  return RunFolder(target, RunLock(target));
}

RunFolder RunFolder::reopen(const fs::path& folder) {
  const fs::path target = fs::absolute(folder).lexically_normal();
  if (!fs::is_directory(target)) {
    throw FileError(fmt::format("{}: is not a run folder; check the path", target.string()));
  }
  RunLock lock(target);
  remove_stale_temporaries(target);
  if (fs::is_directory(target / "results")) remove_stale_temporaries(target / "results");
  return RunFolder(target, std::move(lock));
}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::move(other.lock_)),
      open_(std::exchange(other.open_, false)) {}

RunFolder::~RunFolder() {
  if (!open_) return;
  try {
    write_status(path_, RunStatus{RunStatus::State::kAborted});
  } catch (const std::exception&) {
    // STATUS then still says `running` without a LOCK, which readers report as aborted.
  }
}

void RunFolder::save_texts(const RunTexts& texts) const {
  write_file_atomically(path_ / "config.in.yaml", texts.config_in_yaml);
  write_file_atomically(path_ / "config.resolved.yaml", texts.config_resolved_yaml);
  write_file_atomically(path_ / "overrides.txt", overrides_text(texts.overrides));
  const std::string cwd = fs::current_path().string();
  write_file_atomically(
      path_ / "command.txt",
      fmt::format("{}\n# in {}\n", shell_quoted(texts.command), shell_quoted({cwd})));
}

fs::path RunFolder::result_path(const fs::path& name) const {
  const fs::path plain = name.lexically_normal();
  const bool inside = !plain.empty() && plain.is_relative() && *plain.begin() != ".." &&
                      plain.has_filename() && plain != ".";
  if (!inside) {
    throw FileError(
        fmt::format("{}: a result must have a relative name inside results/", name.string()));
  }
  const fs::path target = results() / plain;
  make_folders(target.parent_path());
  return target;
}

void RunFolder::publish(const fs::path& name, std::string_view content) const {
  write_file_atomically(result_path(name), content);
}

void RunFolder::finish(ExitCode code) {
  PARFOCAL_CHECK(open_);
  std::exception_ptr problem;
  try {
    remove_stale_temporaries(path_);
    remove_stale_temporaries(results());
    write_checksums(path_);
  } catch (const Error&) {
    problem = std::current_exception();
    if (code == ExitCode::kSuccess) code = ExitCode::kFile;
  }
  write_status(path_, status_of(code));
  open_ = false;
  lock_.release();
  if (problem) std::rethrow_exception(problem);
}

}  // namespace parfocal
