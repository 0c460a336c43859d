// SPDX-License-Identifier: Apache-2.0
#include "apps/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/registry.h"
#include "apps/verbs/verbs.h"
#include "apps/version.h"
#include "core/config/diagnostics.h"
#include "core/error.h"

namespace parfocal {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kAbout =
    "Differentiable optics, inverse solvers and reports from one experiment file";
constexpr const char* kFooter =
    "-q, -v and --json work with every verb; results go to stdout, messages to stderr.\n"
    "Exit codes: 0 success, 2 command line or experiment file, 3 input data, 4 numeric failure,\n"
    "5 out of memory, 6 input or output failed, 70 internal error, 130/143 stopped by a signal.\n"
    "Example:\n  parfocal run configs/lensless/diffusercam_hand.yaml";

void add_verbs(CLI::App& app, VerbContext& context) {
  add_run(app, context);
  add_resume(app, context);
  add_check(app, context);
  add_explain(app, context);
  add_list(app, context);
  add_schema(app, context);
  add_verify(app, context);
  add_report(app, context);
  add_convert(app, context);
  add_doctor(app, context);
}

Words verb_names(const CLI::App& app) {
  Words names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(verb->get_name());
  }
  return names;
}

Words flag_names(const CLI::App& app) {
  Words names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string suggestion(const std::string& nearest, const std::string& otherwise) {
  return nearest.empty() ? otherwise : "did you mean \"" + nearest + "\"?";
}

void require_verb(const CLI::App& app, const Words& arguments) {
  const auto word = std::find_if(arguments.begin(), arguments.end(),
                                 [](const std::string& a) { return a.empty() || a[0] != '-'; });
  if (word == arguments.end()) return;
  const Words verbs = verb_names(app);
  if (std::find(verbs.begin(), verbs.end(), *word) != verbs.end()) return;
  static const Words later = {"batch", "train", "design", "evaluate", "bench"};
  if (std::find(later.begin(), later.end(), *word) != later.end()) {
    throw UsageError(*word + ": this version does not have this verb yet; parfocal --help");
  }
  throw UsageError(*word + ": no such verb; " +
                   suggestion(nearest_word(*word, verbs), "parfocal --help lists them"));
}

/// "--sed: unknown flag; did you mean "--seed"?"
std::string unexpected_text(const CLI::App& app, const Words& arguments) {
  Words known = flag_names(app);
  for (const CLI::App* verb : app.get_subcommands()) {
    const Words of_verb = flag_names(*verb);
    known.insert(known.end(), of_verb.begin(), of_verb.end());
  }
  for (const std::string& argument : arguments) {
    const std::string flag = argument.substr(0, argument.find('='));
    if (flag.empty() || flag[0] != '-') continue;
    if (std::find(known.begin(), known.end(), flag) != known.end()) continue;
    return flag + ": unknown flag; " + suggestion(nearest_word(flag, known), "see --help");
  }
  return "";
}

/// Bare `a.b=v`, `+a.b=v`, `~a.b` become `--set`, so that the order of the line is kept.
Words with_bare_overrides(const Words& arguments) {
  static const Words takes_value = {"--set",    "--out",    "--seed",   "--threads",
                                    "--device", "--frames", "--window", "--pitch"};
  const auto is_override = [](const std::string& a) {
    return !a.empty() && a[0] != '-' && (a[0] == '~' || a.find('=') != std::string::npos);
  };
  Words result;
  int words_seen = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool is_value = i > 0 && std::find(takes_value.begin(), takes_value.end(),
                                             arguments[i - 1]) != takes_value.end();
    if (!is_value && words_seen >= 2 && is_override(argument)) result.push_back("--set");
    if (!is_value && !argument.empty() && argument[0] != '-') ++words_seen;
    result.push_back(argument);
  }
  return result;
}

void print_version(const Console& console) {
  if (console.json) {
    console.result(version_json());
  } else {
    console.text(version_text());
  }
}

}  // namespace

ExitCode run_program(const Words& arguments, Console& console) {
  const Registry registry = make_registry();
  VerbContext context{&registry, &console, arguments, {}};
  CLI::App app(kAbout, "parfocal");
  bool quiet = false, verbose = false, version = false;
  app.add_flag("--json", console.json, "JSON lines on stdout");
  app.add_flag("-q,--quiet", quiet, "Only errors");
  app.add_flag("-v,--verbose", verbose, "Also details");
  app.add_flag("--version", version, "Version of the program");
  app.footer(kFooter);
  app.fallthrough();
  add_verbs(app, context);

  // A failure before the flags are parsed must still be said in the form that was asked for.
  const Words own(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  console.json = std::find(own.begin(), own.end(), "--json") != own.end();
  Words line = with_bare_overrides(own);
  std::reverse(line.begin(), line.end());
  try {
    require_verb(app, own);
    app.parse(line);
  } catch (const CLI::Success& help) {
    app.exit(help);
    return ExitCode::kSuccess;
  } catch (const CLI::ParseError& error) {
    const std::string unexpected = unexpected_text(app, own);
    throw UsageError(unexpected.empty() ? std::string(error.what()) + "; see --help" : unexpected);
  }
  console.verbosity = quiet ? -1 : (verbose ? 1 : 0);
  if (version) {
    print_version(console);
    return ExitCode::kSuccess;
  }
  if (!context.action) throw UsageError("no verb given; parfocal --help lists them");
  return context.action();
}

ExitCode report_failure(const std::exception& error, const Console& console) {
  const ExitCode code = exit_code_of(error);
  const auto* config = dynamic_cast<const ConfigError*>(&error);
  if (console.json && config != nullptr) {
    for (const nlohmann::json& entry : nlohmann::json::parse(config->json())) {
      console.result(entry);
    }
  } else if (console.json) {
    console.result({{"code", std::string(meaning(code))},
                    {"exit_code", static_cast<int>(code)},
                    {"message", error.what()}});
  }
  if (config != nullptr) {
    console.error(error.what());
  } else if (code == ExitCode::kInternal) {
    console.error(std::string("internal error: ") + error.what() +
                  "\nThis is a bug; please report it with log.txt of the run folder.");
  } else {
    console.error(std::string("error: ") + error.what());
  }
  return code;
}

}  // namespace parfocal
