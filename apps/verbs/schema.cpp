// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "apps/experiment.h"
#include "apps/verbs/verbs.h"
#include "core/config/describe_text.h"

namespace parfocal {

void add_schema(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("schema", "Print the JSON Schema of experiment files");
  verb->footer(
      "For editors that check YAML while you type.\n"
      "Example:\n  parfocal schema > parfocal.schema.json");
  verb->callback([&context] {
    context.action = [&context] {
      context.console->text(json_schema(experiment_schema(), *context.registry));
      return ExitCode::kSuccess;
    };
  });
}

}  // namespace parfocal
