// SPDX-License-Identifier: Apache-2.0
#include "apps/report/report.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/verbs/verbs.h"
#include "core/run/checksums.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

ExitCode rebuild(const VerbContext& context, const fs::path& folder) {
  write_report(folder);
  if (fs::is_regular_file(folder / "SHA256SUMS")) update_checksums(folder, {"report.html"});
  const std::string report = (folder / "report.html").string();
  if (context.console->json) {
    context.console->result({{"report", report}});
  } else {
    context.console->text("report: " + report);
  }
  return ExitCode::kSuccess;
}

}  // namespace

void add_report(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("report", "Write report.html of a run folder anew");
  auto folder = std::make_shared<fs::path>();
  verb->add_option("RUNDIR", *folder, "Run folder")->required();
  verb->footer("Example:\n  parfocal report runs/diffusercam_hand/latest");
  verb->callback([&context, folder] {
    context.action = [&context, folder] { return rebuild(context, *folder); };
  });
}

}  // namespace parfocal
