// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace parfocal::style {

/// One text file of the project, as the rules see it.
struct SourceFile {
  std::string path;  ///< From the top of the tree, with forward slashes.
  std::string text;

  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] std::string top() const;        ///< First folder: "optics".
  [[nodiscard]] std::string folder() const;     ///< "optics/elements"; "" at the top.
  [[nodiscard]] std::string name() const;       ///< "phase_mask.cpp".
  [[nodiscard]] std::string extension() const;  ///< ".cpp".
  [[nodiscard]] bool is_cpp() const;            ///< .h, .cpp, .cu, .cuh
  [[nodiscard]] bool is_under(const std::string& prefix) const;
};

/// The top of the checkout that this test was built from.
[[nodiscard]] std::filesystem::path source_root();

[[nodiscard]] bool exists_in_tree(const std::string& path);

[[nodiscard]] std::string read_text(const std::filesystem::path& path);

/// Every text file that belongs to the project: what git ignores and what is binary is left out.
[[nodiscard]] const std::vector<SourceFile>& source_tree();

/// The C++ and CUDA files of the tree.
[[nodiscard]] std::vector<SourceFile> cpp_files();

/// One finding per line, for the message of an assertion.
[[nodiscard]] std::string list(const std::vector<std::string>& findings);

}  // namespace parfocal::style
