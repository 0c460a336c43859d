// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/style/source_tree.h"

namespace parfocal::style {

inline constexpr std::size_t kMaxLines = 400;

/// C++ files whose first line is not the licence identifier.
[[nodiscard]] std::vector<std::string> missing_licence(const std::vector<SourceFile>& files);

/// Headers without `#pragma once`.
[[nodiscard]] std::vector<std::string> missing_pragma_once(const std::vector<SourceFile>& files);

/// C++ files of more than kMaxLines lines.
[[nodiscard]] std::vector<std::string> too_long(const std::vector<SourceFile>& files);

/// Names that say nothing (utils, helper, common, manager) and file names not in snake_case.
[[nodiscard]] std::vector<std::string> bad_names(const std::vector<SourceFile>& files);

/// Folders below tests/<wing>/ that have no counterpart in the wing, and test sources that are not
/// called x_test.cpp.
[[nodiscard]] std::vector<std::string> tests_out_of_place(const std::vector<SourceFile>& files);

/// Sources that no CMakeLists.txt lists: never compiled.
[[nodiscard]] std::vector<std::string> not_in_build(const std::vector<SourceFile>& files);

/// Words that announce unfinished work, machine paths, and calls that unpickle foreign files.
[[nodiscard]] std::vector<std::string> banned_text(const std::vector<SourceFile>& files);

/// "Tested by:" lines of headers that name a file that is not there.
[[nodiscard]] std::vector<std::string> missing_named_tests(const std::vector<SourceFile>& files);

}  // namespace parfocal::style
