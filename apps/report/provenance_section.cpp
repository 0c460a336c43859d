// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "apps/report/html.h"
#include "apps/report/sections.h"

namespace parfocal::report {
namespace {

std::string row(const std::string& name, const std::string& value) {
  return fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escape(name), escape(value));
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string text_at(const Json& from, const char* pointer) {
  const Json::json_pointer place(pointer);
  return from.contains(place) ? text_of(from.at(place)) : "";
}

std::string joined(const Json& map) {
  std::string text;
  for (const auto& [name, value] : map.items()) {
    text += (text.empty() ? "" : ", ") + name + " " + text_of(value);
  }
  return text;
}

std::string input_table(const Json& inputs) {
  if (!inputs.is_array() || inputs.empty()) return "";
  std::string text =
      "<br><div class=\"wide\"><table><tr><th>input file</th><th class=\"n\">bytes</th>"
      "<th class=\"n\">frames</th><th>SHA-256</th></tr>\n";
  for (const Json& input : inputs) {
    text += fmt::format(
        "<tr><td><code>{}</code></td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td><code>{}</code></td></tr>\n",
        escape(text_at(input, "/path")), escape(text_at(input, "/bytes")),
        escape(text_at(input, "/frames_used")), escape(text_at(input, "/sha256")));
  }
  return text + "</table></div>\n";
}

std::string timing_table(const std::filesystem::path& folder) {
  const auto timings = timings_of(folder);
  if (timings.empty()) return "";
  std::string text =
      "<br><div class=\"wide\"><table><tr><th>stage</th><th class=\"n\">time</th></tr>\n";
  for (const auto& [stage, seconds] : timings) {
    text +=
        fmt::format("<tr><td>{}</td><td class=\"n\">{:.3f} s</td></tr>\n", escape(stage), seconds);
  }
  return text + "</table></div>\n";
}

}  // namespace

std::string provenance_section(const RunRecord& run) {
  const Json& from = run.provenance;
  if (!from.is_object()) return "";
  std::string text = "<h2>Provenance</h2>\n<div class=\"wide\"><table>\n";
  text +=
      row("program",
          fmt::format("parfocal {}, commit {}, {}", text_at(from, "/program/version"),
                      text_at(from, "/program/git_commit"), text_at(from, "/program/build_type")));
  text += row("command", text_at(from, "/command"));
  text += row("configuration SHA-256", text_at(from, "/config_sha256"));
  text += row("seeds", joined(from.value("seeds", Json::object())));
  text += row("threads", text_at(from, "/runtime/threads"));
  text +=
      row("machine", fmt::format("{}, {}, {}", text_at(from, "/host/name"),
                                 text_at(from, "/host/cpu_model"), text_at(from, "/host/kernel")));
  text += row("libraries", joined(from.value("libraries", Json::object())));
  text += row("started", text_at(from, "/started"));
  text += row("time", fmt::format("{:.2f} s, of the processors {:.2f} s", from.value("wall_s", 0.0),
                                  from.value("cpu_s", 0.0)));
  text +=
      row("peak memory", fmt::format("{:.1f} MiB", from.value("peak_rss_bytes", 0.0) / (1 << 20)));
  return text + "</table></div>\n" + input_table(from.value("inputs", Json::array())) +
         timing_table(run.folder);
}

}  // namespace parfocal::report
