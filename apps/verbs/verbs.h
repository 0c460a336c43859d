// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/console.h"
#include "core/config/registry.h"
#include "core/run/exit_codes.h"

namespace CLI {
class App;
}

namespace parfocal {

/// What a verb gets, and where it leaves what is to be done once the command line is accepted.
struct VerbContext {
  const Registry* registry = nullptr;
  Console* console = nullptr;
  std::vector<std::string> arguments;  ///< argv, for the record of a run.
  std::function<ExitCode()> action;
};

/// An experiment file with what the command line changes in it.
struct ExperimentArguments {
  std::filesystem::path config;
  std::vector<std::string> set;
  std::string seed, threads, device;

  /// --set from left to right, then the dedicated flags, in the grammar of overrides.
  [[nodiscard]] std::vector<std::string> overrides() const;
};
void add_experiment_options(CLI::App& verb, ExperimentArguments& arguments);

void add_check(CLI::App& app, VerbContext& context);
void add_convert(CLI::App& app, VerbContext& context);
void add_doctor(CLI::App& app, VerbContext& context);
void add_explain(CLI::App& app, VerbContext& context);
void add_list(CLI::App& app, VerbContext& context);
void add_report(CLI::App& app, VerbContext& context);
void add_resume(CLI::App& app, VerbContext& context);
void add_run(CLI::App& app, VerbContext& context);
void add_schema(CLI::App& app, VerbContext& context);
void add_verify(CLI::App& app, VerbContext& context);

}  // namespace parfocal
