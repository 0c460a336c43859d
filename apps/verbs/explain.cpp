// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/experiment.h"
#include "apps/place.h"
#include "apps/verbs/verbs.h"
#include "core/config/describe_text.h"
#include "core/config/diagnostics.h"
#include "core/config/document.h"
#include "core/error.h"

namespace parfocal {
namespace {

constexpr const char* kExperiment = "experiment";

std::string described(const Place& place, const Registry& registry) {
  if (place.key == nullptr) return explain(*place.schema, place.title, registry);
  return explain_key(*place.schema, place.title, place.key->name, registry);
}

/// "In this file: 4 (configs/x.yaml:9:3)".
std::string value_in_file(const Place& place, const std::filesystem::path& file) {
  if (place.node == nullptr) return "In " + file.string() + ": not written, the default holds.\n";
  std::string value = write_yaml(*place.node);
  while (!value.empty() && value.back() == '\n') value.pop_back();
  const bool several = value.find('\n') != std::string::npos || place.node->is_map();
  return "In " + place.node->where.text() + ":" + (several ? "\n" : " ") + value + "\n";
}

std::vector<std::string> known_words(const Registry& registry) {
  std::vector<std::string> words = experiment_schema().key_names();
  for (const ComponentType* type : registry.all()) words.push_back(type->name);
  return words;
}

/// A component, a block, TYPE.KEY or BLOCK.KEY.
std::string explain_word(const std::string& word, const Registry& registry) {
  const std::size_t dot = word.find('.');
  const std::string head = word.substr(0, dot);
  std::string text;
  for (const ComponentType* type : registry.named(head)) {
    if (!text.empty()) text += "\n";
    text += dot == std::string::npos
                ? explain(*type->schema, type->kind + " " + type->name, registry)
                : described(find_place(*type->schema, type->name, nullptr, word.substr(dot + 1),
                                       registry),
                            registry);
  }
  if (!text.empty()) return text;
  if (head == kExperiment && dot == std::string::npos) {
    return explain(experiment_schema(), kExperiment, registry);
  }
  if (experiment_schema().find(head) != nullptr) {
    return described(find_place(experiment_schema(), kExperiment, nullptr, word, registry),
                     registry);
  }
  const std::string nearest = nearest_word(head, known_words(registry));
  throw UsageError("explain " + word + ": no component and no block of this name; " +
                   (nearest.empty() ? "parfocal list shows all components"
                                    : "did you mean \"" + nearest + "\"?"));
}

std::string explain_path(const std::filesystem::path& file, const std::string& path,
                         const Registry& registry) {
  const Document document = read_document(file);
  const Place place = find_place(experiment_schema(), kExperiment, &document.root, path, registry);
  return described(place, registry) + "\n" + value_in_file(place, file);
}

ExitCode explain_verb(const VerbContext& context, const std::string& what,
                      const std::string& path) {
  const std::string text = path.empty() ? explain_word(what, *context.registry)
                                        : explain_path(what, path, *context.registry);
  if (context.console->json) {
    context.console->result({{"key", path.empty() ? what : path}, {"text", text}});
  } else {
    context.console->text(text);
  }
  return ExitCode::kSuccess;
}

}  // namespace

void add_explain(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("explain", "Explain a component, a block or one key");
  auto what = std::make_shared<std::string>();
  auto path = std::make_shared<std::string>();
  verb->add_option("WHAT", *what, "Component, block, TYPE.KEY, or an experiment file")->required();
  verb->add_option("PATH", *path, "With a file: a dotted path in it");
  verb->footer(
      "Examples:\n"
      "  parfocal explain admm\n"
      "  parfocal explain admm.iterations\n"
      "  parfocal explain runtime.threads\n"
      "  parfocal explain configs/lensless/diffusercam_hand.yaml model.psf");
  verb->callback([&context, what, path] {
    context.action = [&context, what, path] { return explain_verb(context, *what, *path); };
  });
}

}  // namespace parfocal
