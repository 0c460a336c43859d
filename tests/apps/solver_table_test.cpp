// SPDX-License-Identifier: Apache-2.0
#include "tests/apps/solver_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "apps/registry.h"
#include "apps/runtime.h"
#include "apps/task.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "tests/apps/program_runner.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;

RunHooks quiet_hooks(const fs::path& folder) {
  RunHooks hooks;
  hooks.cancelled = [] { return false; };
  hooks.stage = [](const std::string&) {};
  hooks.progress = [](std::uint64_t, std::uint64_t, std::optional<double>) {};
  hooks.warning = [](const std::string&) {};
  hooks.provenance = [] { return std::string("{}"); };
  hooks.checkpoints.folder = folder / "checkpoints";
  hooks.checkpoints.identity = [] { return std::map<std::string, std::string>(); };
  hooks.checkpoint = [](std::int64_t, bool) {};
  hooks.checkpoint_requested = [] { return false; };
  return hooks;
}

Summary run_cell(const fs::path& folder, const std::string& yaml, const std::string& name) {
  static const Registry registry = make_registry();
  const fs::path file = folder / (name + ".yaml"), run = folder / name;
  write_file_atomically(file, yaml);
  fs::create_directories(run / "results");
  const ExperimentFile read = read_experiment(file, {}, registry);
  const Runtime runtime = set_up_runtime(read.experiment.runtime);
  datasets::ImageFileLoader files;
  return run_task(read.experiment, {dtype_of(read.experiment), runtime.device.device, 0}, files,
                  run, quiet_hooks(run))
      .summary;
}

std::string number(const Summary& summary, const std::string& name, int digits) {
  const Summary::Entry* entry = summary.find(name);
  EXPECT_NE(entry, nullptr) << name;
  return entry != nullptr ? fmt::format("{:.{}g}", entry->value, digits) : "";
}

/// What the field says; a failed expectation where it neither ran nor was refused as it should be.
std::string text_of(const fs::path& folder, const TableCell& cell, const std::string& name) {
  try {
    const Summary summary = run_cell(folder, cell.yaml, name);
    EXPECT_EQ(cell.why_not, "") << "ran\n" << cell.yaml;
    const int digits = cell.before.empty() && cell.unit.empty() ? 2 : 3;
    const std::string after =
        number(summary, cell.after, digits) + (cell.unit.empty() ? "" : " " + cell.unit);
    if (cell.unit == "%") return "runs: " + after + " found";
    return "runs: " + (cell.before.empty() ? "1" : number(summary, cell.before, digits)) + " to " +
           after;
  } catch (const Error& error) {
    EXPECT_NE(cell.why_not, "") << error.what() << "\n" << cell.yaml;
    return "no: " + cell.why_not;
  }
}

std::string table_text(const fs::path& folder) {
  std::string text =
      "# Solvers and modalities\n\n"
      "Written by `docs/make_solver_table.sh` from the test `SolverTable`; do not edit. Every "
      "field\n"
      "is a small experiment of that modality, run in float64 through its YAML file. Solvers:\n"
      "relative error of the object, from 1 where nothing is known to what is left; for phase "
      "that\n"
      "of the images, as its mean makes none. Fits of emitters: share found (Jaccard, 250 nm).\n"
      "Trainer: score of the loss before and after. What does not apply is refused by the "
      "program,\n"
      "for the reason that stands there.\n\n"
      "| | lensless | phase | single molecules | Raman |\n|---|---|---|---|---|\n";
  int row_number = 0;
  for (const TableRow& row : solver_table()) {
    text += "| " + row.method + " |";
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      text += " " + text_of(folder, row.cells[i], fmt::format("cell_{}_{}", row_number, i)) + " |";
    }
    text += "\n";
    ++row_number;
  }
  return text;
}

TEST(SolverTable, IsWhatTheDocumentSays) {
  const WorkFolder folder;
  write_table_inputs(folder.path());
  const std::string made = table_text(folder.path());
  if (const char* file = std::getenv("PARFOCAL_SOLVER_TABLE")) {
    write_file_atomically(file, made);
    return;
  }
  const fs::path document = fs::path(PARFOCAL_SOURCE_DIR) / "docs/solvers_and_modalities.md";
  EXPECT_EQ(made, read_whole_file(document)) << "run docs/make_solver_table.sh";
}

}  // namespace
}  // namespace parfocal::testing
