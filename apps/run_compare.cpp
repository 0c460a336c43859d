// SPDX-License-Identifier: Apache-2.0
#include "apps/run_compare.h"

#include <algorithm>
#include <functional>
#include <set>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/build_info.h"
#include "core/run/sha256.h"
#include "core/run/study.h"
#include "learned/losses/loss.h"

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

/// A number by which designs are compared.
struct Score {
  std::string name;
  bool higher_is_better = true;
};

std::vector<Score> scores_of(const Experiment& experiment) {
  std::vector<Score> scores;
  if (!judges_instrument(experiment.task)) return scores;
  if (experiment.optimize) {
    const ComponentConfig& loss = experiment.optimize->loss;
    const auto built = build<Loss>(loss, {});
    scores.push_back({number_name(loss), built->higher_is_better()});
    for (const std::string& name : built->numbers()) scores.push_back({name, false});
  }
  if (!experiment.evaluate) return scores;
  for (const ComponentConfig& metric : experiment.evaluate->metrics) {
    scores.push_back({number_name(metric), build<Metric>(metric, {})->higher_is_better()});
  }
  return scores;
}

/// The best value of one score over the seeds of the variants that `belongs` takes.
std::optional<Summary::Entry> best_of(const Score& score, const std::vector<StudyCell>& cells,
                                      const StudyResult& study,
                                      const std::function<bool(const std::string&)>& belongs) {
  std::optional<Summary::Entry> best;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Summary::Entry* entry = study.summaries[i].find(score.name);
    if (entry == nullptr || !belongs(cells[i].variant)) continue;
    const bool better =
        !best || (score.higher_is_better ? entry->value > best->value : entry->value < best->value);
    if (better) best = *entry;
  }
  return best;
}

/// NAME, the best of all designs that were sought; NAME_best_fixed, the best of those that were
/// not; NAME_VARIANT_best, the best seed of each.
void add_best(const ExperimentFile& file, const std::vector<Variant>& variants,
              const std::vector<StudyCell>& cells, const StudyResult& study, Summary& summary) {
  const auto trains = [&](const std::string& name) {
    return std::ranges::any_of(variants, [&](const Variant& v) {
      return v.name == name && trains_instrument(v.experiment);
    });
  };
  const auto add = [&](const std::optional<Summary::Entry>& best, const std::string& name) {
    if (best && summary.find(name) == nullptr) summary.add(name, best->value, best->unit);
  };
  for (const Score& score : scores_of(file.experiment)) {
    add(best_of(score, cells, study, trains), score.name);
    add(best_of(score, cells, study, [&](const std::string& v) { return !trains(v); }),
        score.name + "_best_fixed");
    for (const Variant& variant : variants) {
      if (file.experiment.runtime.seeds.size() < 2 || !trains(variant.name)) continue;
      add(best_of(score, cells, study, [&](const std::string& v) { return v == variant.name; }),
          score.name + "_" + summary_word(variant.name) + "_best");
    }
  }
}

void warn_of_unequal_steps(const StudyTable& table, const RunHooks& hooks) {
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    const std::string& name = table.columns[column].name;
    if (name != "iterations" && name != "steps") continue;
    std::set<double> steps;
    std::string text;
    for (const StudyTable::Row& row : table.rows) {
      if (row.cells[column].n == 0 || row.cells[column].mean == 0) continue;
      steps.insert(row.cells[column].mean);
      text += (text.empty() ? "" : ", ") + row.variant + " " +
              std::to_string(static_cast<std::int64_t>(row.cells[column].mean));
    }
    if (steps.size() > 1) hooks.warning("compare: the variants ran unequal steps: " + text);
  }
}

/// A mistake in the last variant must not wait for the first ones to end.
void check_all(const std::vector<Variant>& variants, const Runtime& runtime,
               datasets::ImageFileLoader& files) {
  for (const Variant& variant : variants) {
    if (!judges_instrument(variant.experiment.task)) continue;
    try {
      check_design(variant.experiment, {dtype_of(variant.experiment), runtime.device.device, 0},
                   files);
    } catch (const UsageError& error) {
      throw UsageError("variant " + variant.name + ": " + error.what());
    }
  }
}

}  // namespace

TaskResult run_compare(const ExperimentFile& file, const Runtime& runtime,
                       datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                       const RunHooks& hooks) {
  const std::vector<Variant> variants = variants_of(file);
  check_all(variants, runtime, files);
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
    named.checkpoints = hooks.checkpoints.below(cell.relative_path());
    const Placement placement{dtype_of(own.experiment), runtime.device.device, cell.seed};
    return run_task(own.experiment, placement, files, cell_folder, named).summary;
  };
  StudyOptions options;
  options.fingerprint = sha256_hex(file.resolved_yaml() + std::string(build_info().version));
  options.cancellation = Cancellation(hooks.cancelled);
  options.on_cell = [&hooks](const StudyCell& cell, CellOutcome) {
    std::filesystem::remove_all(hooks.checkpoints.below(cell.relative_path()).folder);
  };
  const std::vector<StudyCell> cells = study_cells(names, seeds);
  const StudyResult study = run_study(folder, cells, compute, options);
  for (const std::string& warning : study.warnings) hooks.warning(warning);
  if (!study.complete) return {Summary(), true};
  warn_of_unequal_steps(study.table, hooks);
  Summary summary = summary_of(study.table, !file.variants.empty());
  add_best(file, variants, cells, study, summary);
  return {summary, false};
}

}  // namespace parfocal
