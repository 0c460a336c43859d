// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/behaviour.h"

#include <functional>
#include <map>

#include "tests/conformance/outputs.h"

namespace parfocal::conformance {
namespace {

using Check = std::function<void(const Subject&, ImageFiles*, Findings&)>;

const std::map<std::string, Check, std::less<>>& checks() {
  static const std::map<std::string, Check, std::less<>> table{
      {"model", check_operator},      {"element", check_element},       {"psf", check_psf},
      {"surface", check_map},         {"pattern", check_map},           {"scene", check_scene},
      {"prior", check_prior},         {"detector", check_likelihood},   {"solver", check_solver},
      {"metric", check_metric},       {"constraint", check_constraint}, {"view", check_view},
      {"condenser", check_condenser}, {"detection", check_detection},   {"loss", check_loss},
      {"stage", check_stage},         {"network", check_network}};
  return table;
}

}  // namespace

void check_behaviour(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto check = checks().find(subject.kind());
  if (check == checks().end()) {
    findings.require(false, "the kind " + subject.kind() + " has no conformance checks");
    return;
  }
  check_outputs(subject, files, findings);
  if (findings.violates("is not finite")) return;  // the other checks would repeat it
  check->second(subject, files, findings);
}

}  // namespace parfocal::conformance
