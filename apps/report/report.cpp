// SPDX-License-Identifier: Apache-2.0
#include "apps/report/report.h"

#include "apps/registry.h"
#include "apps/report/figures.h"
#include "apps/report/html.h"
#include "apps/report/sections.h"
#include "core/run/atomic_file.h"

namespace parfocal {
namespace {

constexpr std::size_t kLargest = 5'000'000;

}  // namespace

void write_report(const std::filesystem::path& folder) {
  const Registry registry = make_registry();
  const report::RunRecord run = report::read_run(folder);
  const std::string comparison = report::comparison_section(run, registry);
  const bool study = !comparison.empty();
  const std::string top =
      report::header_section(run) + report::note_section(run) +
      (study ? comparison : report::classical_section(run) + report::key_number_section(run));
  const std::string rest = report::uncertainty_section(run) + report::convergence_section(run) +
                           report::parameter_section(run, registry) +
                           report::provenance_section(run) +
                           report::citation_section(run, registry) +
                           "<footer>This file is complete in itself; it loads nothing.</footer>\n";
  std::string html;
  for (std::int64_t limit = 900; limit >= 100; limit /= 2) {
    const std::string images =
        study ? "" : report::view_section(run, limit) + report::image_section(run, limit);
    html = report::page(run.setting("name") + " - Parfocal", top + images + rest);
    if (html.size() <= kLargest) break;
  }
  write_file_atomically(folder / "report.html", html);
}

}  // namespace parfocal
