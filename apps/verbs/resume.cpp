// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/verbs/run.h"
#include "core/error.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

struct ResumeArguments {
  fs::path folder;
  std::optional<std::int64_t> threads;
  bool allow_nonidentical = false;
};

void require_unfinished(const fs::path& folder) {
  if (!fs::is_regular_file(folder / "config.resolved.yaml")) {
    throw UsageError(folder.string() + ": is not a run folder; give one that parfocal run made");
  }
  if (read_status(folder).state == RunStatus::State::kSuccess) {
    throw UsageError(folder.string() + ": this run has ended with success; nothing is left to do");
  }
}

Runtime runtime_of(const RuntimeBlock& block, const ResumeArguments& arguments) {
  RuntimeBlock wanted = block;
  if (arguments.threads) wanted.threads = arguments.threads;
  if (wanted.threads != block.threads && !arguments.allow_nonidentical) {
    throw UsageError(fmt::format(
        "--threads {}: the run began with {}; another number gives other bits; leave --threads "
        "out, or add --allow-nonidentical",
        *wanted.threads, block.threads.value_or(0)));
  }
  return set_up_runtime(wanted);
}

ExitCode resume(const ResumeArguments& arguments, const VerbContext& context) {
  const fs::path folder = fs::weakly_canonical(arguments.folder);
  require_unfinished(folder);
  const ExperimentFile file =
      read_experiment(folder / "config.resolved.yaml", {}, *context.registry);
  const Runtime runtime = runtime_of(file.experiment.runtime, arguments);
  RunStart start{RunFolder::reopen(folder), true, arguments.allow_nonidentical};
  return run_experiment(file, runtime, std::move(start), context);
}

}  // namespace

void add_resume(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("resume", "Go on with a run that was stopped");
  auto arguments = std::make_shared<ResumeArguments>();
  verb->add_option("RUNDIR", arguments->folder, "Run folder")->required();
  verb->add_option("--threads", arguments->threads, "CPU threads (default: as the run began)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  verb->add_flag("--allow-nonidentical", arguments->allow_nonidentical,
                 "Go on although threads, device, program or inputs have changed");
  verb->footer(
      "A training goes on from its newest valid checkpoint, a study from its finished cells;\n"
      "everything else is computed again. The results have the same bytes as an undisturbed run.\n"
      "Example:\n  parfocal resume runs/edof_joint/latest");
  verb->callback([&context, arguments] {
    context.action = [&context, arguments] { return resume(*arguments, context); };
  });
}

}  // namespace parfocal
