// SPDX-License-Identifier: Apache-2.0
#include "apps/verbs/run.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/memory_failure.h"
#include "apps/run_compare.h"
#include "apps/verbs/check.h"

namespace parfocal {
namespace {

TaskResult compute(const ExperimentFile& file, const Runtime& runtime, RunSession& session) {
  const RunHooks hooks = session.hooks();
  if (file.experiment.is_study()) {
    return run_compare(file, runtime, session.files(), session.path(), hooks);
  }
  const auto seed = static_cast<std::uint64_t>(file.experiment.runtime.seeds.front());
  const Placement placement{dtype_of(file.experiment), runtime.device.device, seed};
  return run_task(file.experiment, placement, session.files(), session.path(), hooks);
}

void print_result(const RunSession& session, const Summary& summary, const Console& console) {
  const std::string report = (session.path() / "report.html").string();
  if (console.json) {
    console.result({{"folder", session.path().string()},
                    {"report", report},
                    {"status", "success"},
                    {"summary", nlohmann::json::parse(summary.to_json())}});
    return;
  }
  std::string text;
  for (const Summary::Entry& entry : summary.entries()) {
    text += fmt::format("{:<28} {:.6g} {}\n", entry.name, entry.value, entry.unit);
  }
  console.text(text + "report: " + report);
}

}  // namespace

ExitCode run_experiment(const ExperimentFile& file, const Runtime& runtime, RunStart start,
                        const VerbContext& context) {
  RunSession session(file, runtime, std::move(start), context.arguments, *context.console);
  try {
    TaskResult result;
    with_memory_errors([&] { result = compute(file, runtime, session); });
    if (result.cancelled) return session.abort();
    session.succeed(result.summary);
    print_result(session, result.summary, *context.console);
    return ExitCode::kSuccess;
  } catch (const std::exception& error) {
    session.fail(error);
    throw;
  }
}

void add_run(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("run", "Do what an experiment file says");
  auto arguments = std::make_shared<ExperimentArguments>();
  auto out = std::make_shared<std::filesystem::path>("runs");
  auto dry_run = std::make_shared<bool>(false);
  add_experiment_options(*verb, *arguments);
  verb->add_option("--out", *out, "Folder for run folders")
      ->type_name("DIR")
      ->capture_default_str();
  verb->add_flag("--dry-run", *dry_run, "Only check; write nothing");
  verb->footer(
      "Writes <out>/<name>/<time>/ with report.html, results/ and everything needed to repeat it.\n"
      "Examples:\n"
      "  parfocal run configs/lensless/diffusercam_hand.yaml\n"
      "  parfocal run configs/lensless/diffusercam_hand.yaml "
      "reconstruction.solver.iterations=20");
  verb->callback([&context, arguments, out, dry_run] {
    context.action = [&context, arguments, out, dry_run] {
      ExperimentFile file =
          read_experiment(arguments->config, arguments->overrides(), *context.registry);
      if (*dry_run) return check_experiment(file, *context.console);
      const Runtime runtime = set_up_runtime(file.experiment.runtime);
      file.experiment.runtime.threads = runtime.threads;
      RunStart start{RunFolder::create(*out, file.experiment.name)};
      return run_experiment(file, runtime, std::move(start), context);
    };
  });
}

}  // namespace parfocal
