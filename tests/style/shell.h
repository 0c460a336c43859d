// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace parfocal::style {

struct CommandResult {
  int exit_code = -1;
  std::string output;  ///< stdout and stderr as they came.
};

/// Runs a line of shell from the top of the checkout.
[[nodiscard]] CommandResult run_shell(const std::string& command);

/// True when the shell finds the command.
[[nodiscard]] bool has_command(const std::string& command);

/// A path as one word of a shell line.
[[nodiscard]] std::string shell_word(const std::filesystem::path& path);

/// An empty folder of its own, removed at the end.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& purpose);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Writes a file below the folder and returns its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace parfocal::style
