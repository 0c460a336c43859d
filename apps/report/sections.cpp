// SPDX-License-Identifier: Apache-2.0
#include "apps/report/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/report/curves.h"
#include "apps/report/html.h"

namespace parfocal::report {
namespace {

constexpr const char* kActiveShare = "tv_active_fraction";

std::string note(const std::string& text, bool warning) {
  return fmt::format("<div class=\"note{}\">{}</div>\n", warning ? " warn" : "", text);
}

std::string plain_count(double value) { return fmt::format("{:.0f}", value); }

/// "2026-11-25 13:19:33 UTC" from ISO 8601 with milliseconds.
std::string time_text(std::string iso) {
  if (iso.size() < 19) return iso;
  iso[10] = ' ';
  return iso.substr(0, 19) + " UTC";
}

/// "Total variation never acted: ..." where the solver monitored it.
std::string total_variation_note(const RunRecord& run) {
  const auto record = read_convergence(run.folder / "metrics.csv");
  const auto* shares = record ? record->find(kActiveShare) : nullptr;
  if (shares == nullptr) return "";
  double largest = 0, last = 0;
  for (const std::optional<double>& share : *shares) {
    if (!share) continue;
    largest = std::max(largest, *share);
    last = *share;
  }
  const Summary::Entry* terms = run.summary.find("tv_terms");
  if (largest == 0) {
    return note(
        fmt::format("<b>Total variation never acted</b>: 0 of {} terms were above the "
                    "threshold at any recorded iteration. The result is shaped by the other "
                    "terms and by the number of steps.",
                    terms != nullptr ? plain_count(terms->value) : "its"),
        true);
  }
  return note(
      fmt::format("Total variation acted: {:.3g} % of its terms were above the threshold at "
                  "the end, {:.3g} % at most.",
                  100 * last, 100 * largest),
      false);
}

}  // namespace

std::string header_section(const RunRecord& run) {
  const Json& from = run.provenance;
  const bool known =
      from.is_object() && from.contains("exit_code") && from["exit_code"].is_number();
  const int code = known ? from["exit_code"].get<int>() : 0;
  const std::string status = !known      ? "part of a study"
                             : code == 0 ? "success"
                                         : "failure " + std::to_string(code);
  std::string text = fmt::format("<header>\n<h1>{} <span class=\"pill {}\">{}</span></h1>\n",
                                 escape(run.setting("name")), code == 0 ? "good" : "bad", status);
  text += fmt::format("<p class=\"soft\">task {}", escape(run.setting("task")));
  if (from.is_object()) {
    text += fmt::format(", {}, {:.2f} s, Parfocal {}", escape(time_text(from.value("started", ""))),
                        from.value("wall_s", 0.0),
                        escape(from.value("/program/version"_json_pointer, std::string())));
  }
  return text + "</p>\n</header>\n";
}

std::string key_number_section(const RunRecord& run) {
  std::string text = "<h2>Key numbers</h2>\n<div class=\"tiles\">\n";
  for (const Summary::Entry& entry : run.summary.entries()) {
    text += fmt::format(
        "<div class=\"tile\" title=\"{:.17g}\"><b>{} <small>{}</small></b><span>{}</span></div>\n",
        entry.value, short_number(entry.value), escape(entry.unit), escape(entry.name));
  }
  return text + "</div>\n";
}

std::string note_section(const RunRecord& run) {
  std::string text = total_variation_note(run);
  if (!run.provenance.is_object()) return text;
  for (const char* list : {"warnings", "nonidentical"}) {
    if (!run.provenance.contains(list)) continue;
    for (const Json& sentence : run.provenance[list]) {
      text += note(escape(sentence.get<std::string>()), true);
    }
  }
  return text;
}

std::string convergence_section(const RunRecord& run) {
  const auto record = read_convergence(run.folder / "metrics.csv");
  if (!record) return "";
  std::string drawn;
  for (const Diagram& diagram : diagrams_of(*record)) drawn += draw(diagram);
  if (drawn.empty()) return "";
  return "<h2>Convergence</h2>\n<div class=\"curves\">\n" + drawn +
         "</div>\n<p class=\"soft\">First frame; all numbers stand in metrics.csv.</p>\n";
}

std::string deviation_list(const Node& resolved, const Registry& registry) {
  std::string text;
  for (const auto& [component, line] : deviations_of(resolved, registry)) {
    text += fmt::format("<li>{}: <code>{}</code></li>\n", escape(component), escape(line));
  }
  return text.empty() ? "" : "<ul>\n" + text + "</ul>\n";
}

std::string parameter_section(const RunRecord& run, const Registry& registry) {
  std::string text = "<h2>Parameters</h2>\n";
  const std::string deviations = deviation_list(run.resolved, registry);
  if (!deviations.empty()) {
    text +=
        "<p>Explicit keys win over a named variant; here they deviate from it:</p>\n" + deviations;
  }
  text += "<div class=\"wide\"><table><tr><th>key</th><th>value</th><th>from</th></tr>\n";
  for (const Parameter& parameter : parameters_of(run)) {
    text += fmt::format("<tr><td><code>{}</code></td><td><code>{}</code></td><td>{}</td></tr>\n",
                        escape(parameter.path), escape(parameter.value), escape(parameter.origin));
  }
  text += "</table></div>\n";
  return text + fmt::format(
                    "<details><summary>config.resolved.yaml</summary><pre><code>{}</code>"
                    "</pre></details>\n",
                    escape(run.resolved_text));
}

std::string citation_section(const RunRecord& run, const Registry& registry) {
  std::string version;
  if (run.provenance.is_object()) {
    version = " " + run.provenance.value("/program/version"_json_pointer, std::string());
  }
  std::string text = fmt::format(
      "<h2>How to cite</h2>\n<p>Parfocal{}, see CITATION.cff of the program. Methods of this "
      "run:</p>\n<ul>\n",
      escape(version));
  const auto citations = citations_of(run.resolved, registry);
  for (const auto& [component, citation] : citations) {
    text += fmt::format("<li>{}: {}</li>\n", escape(component), escape(citation));
  }
  return text + (citations.empty() ? "<li>none of the components names a publication</li>\n" : "") +
         "</ul>\n";
}

}  // namespace parfocal::report
