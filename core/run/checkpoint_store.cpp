// SPDX-License-Identifier: Apache-2.0
#include "core/run/checkpoint_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/checksums.h"
#include "core/run/clock.h"
#include "core/run/file_calls.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kFormat = 1;
constexpr std::string_view kPrefix = "ckpt-";

fs::path name_of(std::int64_t step) { return fmt::format("{}{:09}", kPrefix, step); }

std::optional<std::int64_t> step_of(const std::string& name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  std::int64_t step = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + kPrefix.size(), end, step);
  if (error != std::errc() || stop != end || name_of(step) != name) return std::nullopt;
  return step;
}

void make_folders(const fs::path& folder) {
  std::error_code status;
  fs::create_directories(folder, status);
  if (status) throw_file_error(folder, "mkdir", status.value());
}

void rename_folder(const fs::path& from, const fs::path& to) {
  const int renamed = file_calls::rename(from, to);
  if (renamed != 0) throw_file_error(to, "rename", -renamed);
}

void sync_folder(const fs::path& folder) {
  const int synced = file_calls::sync_directory(folder);
  if (synced != 0) throw_file_error(folder, "fsync of the folder", -synced);
}

/// Steps of everything under a final name, newest first.
std::vector<std::int64_t> steps_in(const fs::path& folder) {
  std::vector<std::int64_t> steps;
  if (!fs::is_directory(folder)) return steps;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto step = step_of(entry.path().filename().string());
    if (step && entry.is_directory()) steps.push_back(*step);
  }
  std::ranges::sort(steps, std::greater<>());
  return steps;
}

/// Out of its final name first, so that a kill leaves no half of it there.
void remove_checkpoint(const fs::path& folder) {
  const fs::path aside = temporary_name(folder);
  rename_folder(folder, aside);
  std::error_code ignored;
  fs::remove_all(aside, ignored);
}

void remove_stale(const fs::path& folder) {
  if (!fs::is_directory(folder)) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::error_code ignored;
    if (is_stale_temporary(entry.path())) fs::remove_all(entry.path(), ignored);
  }
}

StoredCheckpoint read_checkpoint(const fs::path& folder, std::int64_t step) {
  const std::vector<ChecksumProblem> problems = verify_checksums(folder);
  if (!problems.empty()) throw DataError(problems.front().text());
  StoredCheckpoint found{step, folder / "tensors.safetensors", {}};
  try {
    const json manifest = json::parse(read_whole_file(folder / "manifest.json"));
    const int format = manifest.at("format").get<int>();
    if (format != kFormat) {
      throw DataError(fmt::format("is of format {}, this program reads {}", format, kFormat));
    }
    if (manifest.at("step").get<std::int64_t>() != step) {
      throw DataError("its manifest names another step");
    }
    found.identity = manifest.at("identity").get<std::map<std::string, std::string>>();
  } catch (const json::exception& error) {
    throw DataError(std::string("manifest.json: ") + error.what());
  }
  return found;
}

bool is_valid(const fs::path& folder, std::int64_t step) {
  try {
    static_cast<void>(read_checkpoint(folder, step));
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// A folder under a temporary name that is gone unless it was published.
class Draft {
 public:
  explicit Draft(const fs::path& final_path)
      : final_(final_path), temporary_(temporary_name(final_path)) {
    make_folders(temporary_);
  }
  ~Draft() {
    std::error_code ignored;
    if (!published_) fs::remove_all(temporary_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  [[nodiscard]] const fs::path& path() const { return temporary_; }
  void publish() {
    rename_folder(temporary_, final_);
    published_ = true;
    sync_folder(final_.parent_path());
  }

 private:
  fs::path final_, temporary_;
  bool published_ = false;
};

}  // namespace

CheckpointStore::CheckpointStore(fs::path folder, std::size_t keep)
    : folder_(std::move(folder)), keep_(std::max<std::size_t>(keep, 1)) {}

void CheckpointStore::write(std::int64_t step, const std::map<std::string, std::string>& identity,
                            const WriteTensors& write_tensors) const {
  const fs::path target = folder_ / name_of(step);
  make_folders(folder_);
  remove_stale(folder_);
  if (fs::exists(target)) {
    if (is_valid(target, step)) return;
    remove_checkpoint(target);
  }
  Draft draft(target);
  write_tensors(draft.path() / "tensors.safetensors");
  const json manifest = {
      {"format", kFormat}, {"step", step}, {"identity", identity}, {"written", iso_utc_now()}};
  write_file_atomically(draft.path() / "manifest.json", manifest.dump(2) + "\n");
  write_checksums(draft.path());
  static_cast<void>(read_checkpoint(draft.path(), step));
  draft.publish();
  const std::vector<std::int64_t> steps = steps_in(folder_);
  for (std::size_t i = keep_; i < steps.size(); ++i) remove_checkpoint(folder_ / name_of(steps[i]));
}

CheckpointSearch CheckpointStore::search() const {
  CheckpointSearch search;
  for (const std::int64_t step : steps_in(folder_)) {
    const fs::path folder = folder_ / name_of(step);
    try {
      search.newest = read_checkpoint(folder, step);
      return search;
    } catch (const Error& error) {
      search.skipped.push_back(folder.string() + ": " + error.what());
    }
  }
  return search;
}

void CheckpointStore::remove_all() const {
  std::error_code status;
  fs::remove_all(folder_, status);
  if (status) throw_file_error(folder_, "remove", status.value());
}

}  // namespace parfocal
