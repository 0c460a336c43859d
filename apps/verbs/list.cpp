// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/verbs/verbs.h"
#include "core/config/diagnostics.h"
#include "core/config/schema.h"
#include "core/error.h"

namespace parfocal {
namespace {

void require_kind(const Registry& registry, const std::string& kind) {
  const std::vector<std::string> kinds = registry.kinds();
  if (kind.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return;
  const std::string nearest = nearest_word(kind, kinds);
  throw UsageError("list " + kind + ": no such kind of component; " +
                   (nearest.empty() ? "kinds are: " + fmt::format("{}", fmt::join(kinds, ", "))
                                    : "did you mean \"" + nearest + "\"?"));
}

ExitCode list(const VerbContext& context, const std::string& only) {
  require_kind(*context.registry, only);
  std::string text;
  for (const std::string& kind : context.registry->kinds()) {
    if (!only.empty() && kind != only) continue;
    text += (text.empty() ? "" : "\n") + kind + "\n";
    for (const ComponentType* type : context.registry->of_kind(kind)) {
      text += fmt::format("  {:<24} {}\n", type->name, type->schema->summary);
      if (!context.console->json) continue;
      context.console->result(
          {{"kind", kind}, {"name", type->name}, {"summary", type->schema->summary}});
    }
  }
  if (!context.console->json) context.console->text(text);
  return ExitCode::kSuccess;
}

}  // namespace

void add_list(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("list", "List the components, by kind");
  auto kind = std::make_shared<std::string>();
  verb->add_option("KIND", *kind, "Only this kind, for instance solver");
  verb->footer("Example:\n  parfocal list solver");
  verb->callback(
      [&context, kind] { context.action = [&context, kind] { return list(context, *kind); }; });
}

}  // namespace parfocal
