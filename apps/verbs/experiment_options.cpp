// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "apps/verbs/verbs.h"

namespace parfocal {

std::vector<std::string> ExperimentArguments::overrides() const {
  std::vector<std::string> all = set;
  if (!seed.empty()) all.push_back("++runtime.seeds=[" + seed + "]");
  if (!threads.empty()) all.push_back("++runtime.threads=" + threads);
  if (!device.empty()) all.push_back("++runtime.device=" + device);
  return all;
}

void add_experiment_options(CLI::App& verb, ExperimentArguments& arguments) {
  verb.add_option("CFG", arguments.config, "Experiment file")->required();
  verb.add_option("--set", arguments.set, "Change a key: a.b=v, +a.b=v, ~a.b (also bare after CFG)")
      ->type_name("K=V")
      ->expected(1)
      ->take_all();
  verb.add_option("--seed", arguments.seed, "Run with this one seed")->type_name("N");
  verb.add_option("--threads", arguments.threads, "CPU threads (default: one per core)")
      ->type_name("N");
  verb.add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N (default: auto)")
      ->type_name("NAME");
}

}  // namespace parfocal
