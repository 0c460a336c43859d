// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/style/source_tree.h"

namespace parfocal::style {

/// Lines of the fenced code blocks of a Markdown text that are shell commands.
[[nodiscard]] std::vector<std::string> shell_lines(const std::string& markdown);

/// What a command line of a document needs and the tree lacks: "" when all is there. Looks at the
/// verbs of ./bootstrap, the presets of cmake and ctest, experiment files and scripts.
[[nodiscard]] std::string missing_for(const std::string& line);

/// The verb of a `parfocal VERB ...` line, "" for other lines.
[[nodiscard]] std::string program_verb(const std::string& line);

/// Targets of relative links and pictures of a Markdown text.
[[nodiscard]] std::vector<std::string> relative_links(const std::string& markdown);

}  // namespace parfocal::style
