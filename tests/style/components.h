// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/style/source_tree.h"

namespace parfocal::style {

/// One line `add_component<Interface, Class>(registry, "name")` of a `register.cpp`.
struct RegisteredComponent {
  std::string class_name;  ///< Without namespace.
  std::string name;
  std::string where;  ///< The file that registers it.
};

[[nodiscard]] std::vector<RegisteredComponent> registered_components(
    const std::vector<SourceFile>& files);

/// Components without `configs/components/NAME.yaml`, and examples of no component.
[[nodiscard]] std::vector<std::string> examples_out_of_step(const std::vector<SourceFile>& files);

/// Components that no test file below tests/ names, neither by class nor by file.
[[nodiscard]] std::vector<std::string> untested_components(const std::vector<SourceFile>& files);

}  // namespace parfocal::style
