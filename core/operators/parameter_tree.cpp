// SPDX-License-Identifier: Apache-2.0
#include "core/operators/parameter_tree.h"

#include <set>

#include "core/check.h"
#include "core/config/diagnostics.h"
#include "core/error.h"

namespace parfocal {
namespace {

std::vector<std::string> paths_of(const std::map<std::string, Parameter>& parameters) {
  std::vector<std::string> paths;
  for (const auto& [path, parameter] : parameters) paths.push_back(path);
  return paths;
}

/// Every path and everything above one: what a group may name.
std::vector<std::string> paths_and_roots(const std::map<std::string, Parameter>& parameters) {
  std::set<std::string> all;
  for (std::string path : paths_of(parameters)) {
    while (true) {
      all.insert(path);
      const std::size_t dot = path.rfind('.');
      if (dot == std::string::npos) break;
      path.resize(dot);
    }
  }
  return {all.begin(), all.end()};
}

[[noreturn]] void fail_unknown(const std::string& path,
                               const std::map<std::string, Parameter>& parameters) {
  std::string message = path + ": no such parameter";
  const std::string near = nearest_word(path, paths_and_roots(parameters), 4);
  if (!near.empty()) {
    message += "; did you mean \"" + near + "\"?";
  } else if (parameters.empty()) {
    message += "; this experiment has none";
  } else {
    std::string known;
    for (const std::string& other : paths_of(parameters))
      known += (known.empty() ? "" : ", ") + other;
    message += "; there are: " + known;
  }
  throw UsageError(message);
}

bool is_at_or_below(const std::string& path, const std::string& root) {
  return root.empty() || path == root || path.starts_with(root + ".");
}

}  // namespace

Parameter& ParameterTree::add(const std::string& path, Parameter parameter) {
  if (parameters_.contains(path)) throw LogicError("parameter " + path + " is added twice");
  if (!parameter.leaf.defined() || !parameter.leaf.is_floating_point()) {
    throw LogicError("parameter " + path + ": a leaf is a real floating tensor");
  }
  return parameters_.emplace(path, std::move(parameter)).first->second;
}

const Parameter& ParameterTree::at(const std::string& path) const {
  const auto found = parameters_.find(path);
  if (found == parameters_.end()) fail_unknown(path, parameters_);
  return found->second;
}

Parameter& ParameterTree::at(const std::string& path) {
  return const_cast<Parameter&>(std::as_const(*this).at(path));
}

std::vector<std::string> ParameterTree::trainable_below(const std::string& path) const {
  std::vector<std::string> trainable;
  bool exists = false;
  for (const auto& [name, parameter] : parameters_) {
    if (!is_at_or_below(name, path)) continue;
    exists = true;
    if (parameter.trainable) trainable.push_back(name);
  }
  if (!exists) fail_unknown(path, parameters_);
  if (trainable.empty()) throw UsageError(path + ": cannot be trained");
  return trainable;
}

}  // namespace parfocal
