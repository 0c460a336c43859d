// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "apps/classical.h"
#include "apps/report/html.h"
#include "apps/report/picture.h"
#include "apps/report/sections.h"
#include "core/run/atomic_file.h"

namespace parfocal::report {
namespace {

/// A number with its standard error, where the run knows it.
std::string cell_of(const RunRecord& run, const Summary::Entry& entry) {
  const Summary::Entry* error = run.summary.find(entry.name + "_sem");
  return "<td class=\"n\">" + short_number(entry.value) +
         (error != nullptr ? fmt::format(" &plusmn; {:.2g}", error->value) : "") + "</td>";
}

/// NAME beside NAME_classical.
std::string rows_of(const RunRecord& run) {
  std::string text;
  for (const Summary::Entry& learned : run.summary.entries()) {
    if (learned.name.ends_with("_sem")) continue;
    std::string name = learned.name;
    // The worst condition of a metric has its suffix behind.
    constexpr std::string_view kWorst = "_worst";
    const bool worst = name.ends_with(kWorst);
    if (worst) name.resize(name.size() - kWorst.size());
    name += Classical::kSuffix + std::string(worst ? kWorst : "");
    const Summary::Entry* classical = run.summary.find(name);
    if (classical == nullptr) continue;
    text += fmt::format("<tr><td>{}{}</td>", escape(learned.name),
                        learned.unit.empty() ? "" : " [" + escape(learned.unit) + "]") +
            cell_of(run, learned) + cell_of(run, *classical) + "</tr>\n";
  }
  return text;
}

}  // namespace

std::string classical_name(const std::filesystem::path& results) {
  const std::filesystem::path file = results / "classical.txt";
  if (!std::filesystem::exists(file)) return "";
  const std::string text = read_whole_file(file);
  return text.substr(0, text.find('\n'));
}

std::string classical_section(const RunRecord& run) {
  const std::string name = classical_name(run.folder / "results");
  if (name.empty()) return "";
  const std::string rows = rows_of(run);
  std::string text = "<h2>Learned beside classical</h2>\n<p>Classical: <b>" + escape(name) +
                     "</b>, on the same data, with nothing learned in the reconstruction.</p>\n";
  if (rows.empty()) return text;
  return text +
         "<div class=\"wide\"><table>\n<tr><th></th><th class=\"n\">learned</th>"
         "<th class=\"n\">classical</th></tr>\n" +
         rows + "</table></div>\n";
}

}  // namespace parfocal::report
