// SPDX-License-Identifier: Apache-2.0
#include "apps/run_compare.h"

#include <algorithm>
#include <set>

#include "core/run/atomic_file.h"
#include "core/run/build_info.h"
#include "core/run/sha256.h"
#include "core/run/study.h"

namespace parfocal {
namespace {

/// Variants by name; without `compare` the experiment itself is the only one.
std::vector<Variant> variants_of(const ExperimentFile& file) {
  if (!file.variants.empty()) return file.variants;
  return {Variant{file.experiment.name, file.experiment, {}}};
}

/// The letters that a name in summary.json may have.
std::string summary_word(std::string name) {
  for (char& c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '_' || c == '.' || c == '-';
    if (!plain) c = '_';
  }
  return name;
}

Summary summary_of(const StudyTable& table, bool named_variants) {
  Summary summary;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    for (const StudyTable::Row& row : table.rows) {
      const StudyTable::Cell& cell = row.cells[column];
      if (cell.n == 0) continue;
      const std::string name =
          table.columns[column].name + (named_variants ? "_" + summary_word(row.variant) : "");
      summary.add(name, cell.mean, table.columns[column].unit);
      if (cell.spread) summary.add(name + "_std", *cell.spread, table.columns[column].unit);
    }
  }
  return summary;
}

void warn_of_unequal_steps(const StudyTable& table, const RunHooks& hooks) {
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    if (table.columns[column].name != "iterations") continue;
    std::set<double> steps;
    std::string text;
    for (const StudyTable::Row& row : table.rows) {
      if (row.cells[column].n == 0) continue;
      steps.insert(row.cells[column].mean);
      text += (text.empty() ? "" : ", ") + row.variant + " " +
              std::to_string(static_cast<std::int64_t>(row.cells[column].mean));
    }
    if (steps.size() > 1) hooks.warning("compare: the variants ran unequal steps: " + text);
  }
}

}  // namespace

TaskResult run_compare(const ExperimentFile& file, const Runtime& runtime,
                       datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                       const RunHooks& hooks) {
  const std::vector<Variant> variants = variants_of(file);
  std::vector<std::string> names;
  for (const Variant& variant : variants) names.push_back(variant.name);
  std::vector<std::uint64_t> seeds;
  for (const std::int64_t seed : file.experiment.runtime.seeds) {
    seeds.push_back(static_cast<std::uint64_t>(seed));
  }
  const auto compute = [&](const StudyCell& cell, const std::filesystem::path& cell_folder) {
    const auto variant = std::find_if(variants.begin(), variants.end(),
                                      [&cell](const Variant& v) { return v.name == cell.variant; });
    ExperimentFile own;
    own.experiment = variant->experiment;
    own.experiment.runtime.seeds = {static_cast<std::int64_t>(cell.seed)};
    own.experiment.runtime.threads = runtime.threads;
    write_file_atomically(cell_folder / "config.resolved.yaml", own.resolved_yaml());
    RunHooks named = hooks;
    named.stage = [&hooks, &cell](const std::string& stage) {
      hooks.stage(cell.variant + " (seed " + std::to_string(cell.seed) + ") " + stage);
    };
    const Placement placement{dtype_of(own.experiment), runtime.device.device, cell.seed};
    return run_task(own.experiment, placement, files, cell_folder, named).summary;
  };
  StudyOptions options;
  options.fingerprint = sha256_hex(file.resolved_yaml() + std::string(build_info().version));
  options.cancellation = Cancellation(hooks.cancelled);
  const StudyResult study = run_study(folder, study_cells(names, seeds), compute, options);
  for (const std::string& warning : study.warnings) hooks.warning(warning);
  if (!study.complete) return {Summary(), true};
  warn_of_unequal_steps(study.table, hooks);
  return {summary_of(study.table, !file.variants.empty()), false};
}

}  // namespace parfocal
