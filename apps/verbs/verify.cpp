// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/verbs/verbs.h"
#include "core/error.h"
#include "core/run/checksums.h"
#include "core/run/run_status.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

ExitCode verify(const VerbContext& context, const fs::path& folder) {
  if (!fs::is_regular_file(folder / "STATUS")) {
    throw DataError(folder.string() + ": not a run folder: it has no file STATUS");
  }
  const RunStatus status = read_status(folder);
  nlohmann::json found = nlohmann::json::array();
  std::string text = "status: " + status.text() + "\n";
  for (const ChecksumProblem& problem : verify_checksums(folder)) {
    text += problem.text() + "\n";
    found.push_back(problem.text());
  }
  const bool whole = found.empty();
  text += whole ? "all files are as they were written\n" : "";
  if (context.console->json) {
    context.console->result({{"folder", folder.string()},
                             {"status", status.text()},
                             {"verified", whole},
                             {"problems", found}});
  } else {
    context.console->text(text);
  }
  return whole ? ExitCode::kSuccess : ExitCode::kData;
}

}  // namespace

void add_verify(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("verify", "Check a run folder against its SHA256SUMS");
  auto folder = std::make_shared<fs::path>();
  verb->add_option("RUNDIR", *folder, "Run folder")->required();
  verb->footer(
      "Exit 0: nothing changed, is missing or extra. Exit 3: something did.\n"
      "Example:\n  parfocal verify runs/diffusercam_hand/latest");
  verb->callback([&context, folder] {
    context.action = [&context, folder] { return verify(context, *folder); };
  });
}

}  // namespace parfocal
