// SPDX-License-Identifier: Apache-2.0
#include "core/run/study.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/checksums.h"
#include "core/run/entry_name.h"
#include "core/run/file_calls.h"
#include "core/run/number_text.h"
#include "core/run/run_status.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

void make_folders(const fs::path& folder) {
  std::error_code status;
  fs::create_directories(folder, status);
  if (status) throw_file_error(folder, "mkdir", status.value());
}

void check_cells(const std::vector<StudyCell>& cells) {
  std::set<std::pair<std::string, std::uint64_t>> seen;
  for (const auto& cell : cells) {
    require_entry_name("variant", cell.variant);
    if (!seen.insert({cell.variant, cell.seed}).second) {
      throw UsageError(
          fmt::format("variant \"{}\", seed {}: appears twice in the study; give each "
                      "variant its own name",
                      cell.variant, cell.seed));
    }
  }
}

// Removes itself unless it was published.
class CellFolder {
 public:
  explicit CellFolder(fs::path final_path)
      : final_(std::move(final_path)), temporary_(temporary_name(final_)) {
    make_folders(temporary_);
  }
  ~CellFolder() {
    std::error_code ignored;
    if (!published_) fs::remove_all(temporary_, ignored);
  }
  CellFolder(const CellFolder&) = delete;
  CellFolder& operator=(const CellFolder&) = delete;

  [[nodiscard]] const fs::path& path() const noexcept { return temporary_; }

  void publish() {
    const int renamed = file_calls::rename(temporary_, final_);
    if (renamed != 0) throw_file_error(final_, "rename", -renamed);
    published_ = true;
    const int durable = file_calls::sync_directory(final_.parent_path());
    if (durable != 0) throw_file_error(final_, "fsync of the folder", -durable);
  }

 private:
  fs::path final_;
  fs::path temporary_;
  bool published_ = false;
};

void remove_unfinished_cells(const fs::path& variant_folder) {
  if (!fs::is_directory(variant_folder)) return;
  for (const auto& entry : fs::directory_iterator(variant_folder)) {
    std::error_code ignored;
    if (is_stale_temporary(entry.path())) fs::remove_all(entry.path(), ignored);
  }
}

std::string cell_json(const StudyCell& cell, const std::string& fingerprint) {
  return fmt::format("{{\"variant\": {}, \"seed\": {}, \"fingerprint\": {}}}\n",
                     json_string(cell.variant), cell.seed, json_string(fingerprint));
}

void require_same_study(const fs::path& folder, const StudyCell& cell,
                        const std::string& fingerprint) {
  if (read_whole_file(folder / "cell.json") == cell_json(cell, fingerprint)) return;
  throw UsageError(fmt::format(
      "{}: was computed by another configuration or program version; start the study in a "
      "new folder",
      folder.string()));
}

void move_aside(const fs::path& folder, std::vector<std::string>& warnings) {
  fs::path aside;
  for (int number = 1; aside.empty() || fs::exists(aside); ++number) {
    aside = fmt::format("{}.damaged_{}", folder.string(), number);
  }
  const int renamed = file_calls::rename(folder, aside);
  if (renamed != 0) throw_file_error(folder, "rename", -renamed);
  warnings.push_back(fmt::format("{}: its checksums do not verify; moved to {} and computed again",
                                 folder.string(), aside.filename().string()));
}

std::optional<Summary> finished_cell(const fs::path& folder, const StudyCell& cell,
                                     const StudyOptions& options,
                                     std::vector<std::string>& warnings) {
  if (!fs::exists(fs::symlink_status(folder))) return std::nullopt;
  if (!verify_checksums(folder).empty()) {
    move_aside(folder, warnings);
    return std::nullopt;
  }
  require_same_study(folder, cell, options.fingerprint);
  return Summary::read(folder / "results" / "summary.json");
}

// Nothing when the study was cancelled while the cell was computed: it may have stopped half-way.
std::optional<Summary> compute_cell(const fs::path& folder, const StudyCell& cell,
                                    const StudyCallable& callable, const StudyOptions& options) {
  CellFolder work(folder);
  Summary summary = callable(cell, work.path());
  if (options.cancellation.requested()) return std::nullopt;
  make_folders(work.path() / "results");
  summary.write(work.path() / "results" / "summary.json");
  write_file_atomically(work.path() / "cell.json", cell_json(cell, options.fingerprint));
  write_status(work.path(), status_of(ExitCode::kSuccess));
  write_checksums(work.path());
  work.publish();
  return summary;
}

}  // namespace

fs::path StudyCell::relative_path() const {
  return fs::path("variants") / variant / fmt::format("seed_{}", seed);
}

std::vector<StudyCell> study_cells(const std::vector<std::string>& variants,
                                   const std::vector<std::uint64_t>& seeds) {
  std::vector<StudyCell> cells;
  for (const auto& variant : variants) {
    for (const auto seed : seeds) cells.push_back({variant, seed});
  }
  return cells;
}

StudyResult run_study(const fs::path& folder, const std::vector<StudyCell>& cells,
                      const StudyCallable& callable, const StudyOptions& options) {
  check_cells(cells);
  StudyResult result;
  std::vector<std::pair<std::string, Summary>> finished;
  for (const auto& cell : cells) {
    if (options.cancellation.requested()) return result;
    const fs::path cell_folder = folder / cell.relative_path();
    remove_unfinished_cells(cell_folder.parent_path());
    auto summary = finished_cell(cell_folder, cell, options, result.warnings);
    const auto outcome = summary ? CellOutcome::kReused : CellOutcome::kComputed;
    if (!summary) summary = compute_cell(cell_folder, cell, callable, options);
    if (!summary) return result;
    ++(outcome == CellOutcome::kReused ? result.reused : result.computed);
    result.summaries.push_back(*summary);
    finished.emplace_back(cell.variant, std::move(*summary));
    if (options.on_cell) options.on_cell(cell, outcome);
  }
  result.table = make_study_table(finished);
  make_folders(folder / "variants");
  write_file_atomically(folder / "variants" / "table.csv", result.table.to_csv());
  write_file_atomically(folder / "variants" / "table.json", result.table.to_json());
  result.complete = true;
  return result;
}

}  // namespace parfocal
