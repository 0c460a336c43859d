// SPDX-License-Identifier: Apache-2.0
#include "tests/style/components.h"

#include <filesystem>
#include <regex>
#include <set>

namespace parfocal::style {

namespace {

const std::string kExamples = "configs/components";

bool is_physics_test(const SourceFile& file) {
  return file.top() == "tests" && file.extension() == ".cpp" && !file.is_under("tests/style") &&
         !file.is_under("tests/conformance");
}

bool mentions(const std::string& text, const std::string& word) {
  return std::regex_search(text, std::regex("\\b" + word + "\\b"));
}

bool is_tested(const RegisteredComponent& component, const std::vector<SourceFile>& files) {
  for (const SourceFile& file : files) {
    if (!is_physics_test(file)) continue;
    if (file.name() == component.name + "_test.cpp") return true;
    if (mentions(file.text, component.class_name)) return true;
  }
  return false;
}

}  // namespace

std::vector<RegisteredComponent> registered_components(const std::vector<SourceFile>& files) {
  static const std::regex kLine(
      R"re(add_component<\s*[\w:]+\s*,\s*(?:\w+::)*(\w+)\s*>\(\s*\w+\s*,\s*"(\w+)"\s*\))re");
  std::vector<RegisteredComponent> components;
  for (const SourceFile& file : files) {
    if (!file.is_cpp() || file.top() == "tests" || file.top() == "core") continue;
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), kLine), end; match != end;
         ++match) {
      components.push_back({(*match)[1], (*match)[2], file.path});
    }
  }
  return components;
}

std::vector<std::string> examples_out_of_step(const std::vector<SourceFile>& files) {
  std::set<std::string> examples;
  for (const SourceFile& file : files) {
    if (file.folder() == kExamples) {
      examples.insert(std::filesystem::path(file.path).stem().string());
    }
  }
  std::vector<std::string> findings;
  std::set<std::string> names;
  for (const RegisteredComponent& component : registered_components(files)) {
    names.insert(component.name);
    if (examples.count(component.name) == 0) {
      findings.push_back(component.where + ": " + component.name + " has no " + kExamples + "/" +
                         component.name + ".yaml");
    }
  }
  for (const std::string& example : examples) {
    if (names.count(example) == 0) {
      findings.push_back(kExamples + "/" + example + ".yaml: no component of this name");
    }
  }
  return findings;
}

std::vector<std::string> untested_components(const std::vector<SourceFile>& files) {
  std::vector<std::string> findings;
  for (const RegisteredComponent& component : registered_components(files)) {
    if (!is_tested(component, files)) {
      findings.push_back(component.where + ": no test names " + component.class_name + " (" +
                         component.name + ")");
    }
  }
  return findings;
}

}  // namespace parfocal::style
