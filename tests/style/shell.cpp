// SPDX-License-Identifier: Apache-2.0
#include "tests/style/shell.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "tests/style/source_tree.h"

namespace parfocal::style {

namespace fs = std::filesystem;

CommandResult run_shell(const std::string& command) {
  const std::string line = "cd " + shell_word(source_root()) + " && ( " + command + " ) 2>&1";
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start a shell for: " + command);
  CommandResult result;
  std::array<char, 4096> block{};
  for (std::size_t n = 0; (n = fread(block.data(), 1, block.size(), pipe)) > 0;) {
    result.output.append(block.data(), n);
  }
  const int status = pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

bool has_command(const std::string& command) {
  return run_shell("command -v " + command).exit_code == 0;
}

std::string shell_word(const fs::path& path) {
  std::string word = "'";
  for (const char c : path.string()) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

ScratchFolder::ScratchFolder(const std::string& purpose)
    : path_(fs::temp_directory_path() /
            ("parfocal_" + purpose + "_" + std::to_string(::getpid()))) {
  fs::remove_all(path_);
  fs::create_directories(path_);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path ScratchFolder::write(const std::string& name, const std::string& text) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

}  // namespace parfocal::style
