// SPDX-License-Identifier: Apache-2.0
#include "apps/verbs/check.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/memory_failure.h"
#include "apps/plan.h"
#include "apps/runtime.h"
#include "core/run/progress.h"

namespace parfocal {
namespace {

std::string time_text(double seconds) {
  return seconds < 1 ? "less than a second" : "roughly " + duration_text(seconds);
}

std::string text_of(const Plan& plan, std::size_t seeds) {
  std::string text = plan.variant.empty() ? "" : "variant " + plan.variant + "\n";
  if (plan.frames > 0) {
    text += fmt::format("  measurement   {} x {} pixels, channels {}, frames {}\n", plan.n_y,
                        plan.n_x, plan.channels, plan.frames);
  }
  if (plan.views > 0) text += fmt::format("  views         {}\n", plan.views);
  if (plan.training_steps > 0) {
    text += fmt::format("  training      {} steps, seeds {}\n", plan.training_steps, seeds);
  }
  if (plan.iterations == 0) return text;
  text += fmt::format("  unknowns      {} per frame\n", plan.unknowns_per_frame);
  text += fmt::format("  steps         {} at most, seeds {}\n", plan.iterations, seeds);
  text += fmt::format("  memory        {:.1f} MiB in the solver\n", plan.solver_bytes / (1 << 20));
  text += fmt::format("  time          {} (within a factor of three)\n",
                      time_text(plan.seconds * static_cast<double>(seeds)));
  return text;
}

nlohmann::json json_of(const Plan& plan, const ExperimentFile& file) {
  return {{"file", file.file.string()},
          {"name", file.experiment.name},
          {"variant", plan.variant},
          {"frames", plan.frames},
          {"channels", plan.channels},
          {"size", {plan.n_y, plan.n_x}},
          {"unknowns_per_frame", plan.unknowns_per_frame},
          {"iterations", plan.iterations},
          {"training_steps", plan.training_steps},
          {"views", plan.views},
          {"seeds", file.experiment.runtime.seeds.size()},
          {"solver_bytes", plan.solver_bytes},
          {"seconds", plan.seconds}};
}

}  // namespace

ExitCode check_experiment(const ExperimentFile& file, const Console& console) {
  std::vector<Plan> plans;
  with_memory_errors([&] {
    const Runtime runtime = set_up_runtime(file.experiment.runtime);
    console.detail("device " + runtime.device.reason);
    plans = plans_of(file, runtime.device.device, runtime.threads);
  });
  if (!console.json) console.text(file.file.string() + ": nothing wrong");
  for (const Plan& plan : plans) {
    if (console.json) {
      console.result(json_of(plan, file));
    } else {
      console.text(text_of(plan, file.experiment.runtime.seeds.size()));
    }
  }
  return ExitCode::kSuccess;
}

void add_check(CLI::App& app, VerbContext& context) {
  CLI::App* verb =
      app.add_subcommand("check", "Validate an experiment and its data, estimate memory and time");
  auto arguments = std::make_shared<ExperimentArguments>();
  auto resolved = std::make_shared<bool>(false);
  add_experiment_options(*verb, *arguments);
  verb->add_flag("--resolved", *resolved, "Print every key with its value instead, as YAML");
  verb->footer(
      "Reads the data and builds the instrument, but solves nothing and writes nothing.\n"
      "Examples:\n"
      "  parfocal check configs/lensless/diffusercam_hand.yaml\n"
      "  parfocal check --resolved configs/lensless/diffusercam_hand.yaml runtime.threads=2");
  verb->callback([&context, arguments, resolved] {
    context.action = [&context, arguments, resolved] {
      const ExperimentFile file =
          read_experiment(arguments->config, arguments->overrides(), *context.registry);
      if (!*resolved) return check_experiment(file, *context.console);
      if (context.console->json) {
        context.console->result({{"file", file.file.string()}, {"resolved", file.resolved_yaml()}});
      } else {
        context.console->text(file.resolved_yaml());
      }
      return ExitCode::kSuccess;
    };
  });
}

}  // namespace parfocal
