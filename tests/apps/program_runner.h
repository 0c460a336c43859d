// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace parfocal::testing {

/// What one call of a program left behind.
struct ProgramResult {
  int exit_code = -1;  ///< 128 + n when signal n ended it.
  std::string out;
  std::string err;
};

using Words = std::vector<std::string>;

/// A program that runs; the destructor kills what is left of it.
class RunningProgram {
 public:
  /// `program` is looked up in PATH. Extra environment entries have the form NAME=VALUE.
  RunningProgram(const std::string& program, const Words& arguments,
                 const std::filesystem::path& work_folder, const Words& environment = {});
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  void send(int signal_number) const;
  [[nodiscard]] ProgramResult wait();

 private:
  pid_t pid_ = -1;
  std::filesystem::path out_, err_;
};

/// The program under test (PARFOCAL_PROGRAM).
[[nodiscard]] std::string program_path();
[[nodiscard]] ProgramResult run_parfocal(const Words& arguments,
                                         const std::filesystem::path& work_folder,
                                         const Words& environment = {});

/// A folder of its own for one test, removed at its end.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

/// The last line of a text that is not empty.
[[nodiscard]] std::string last_line(const std::string& text);

/// Relative name -> bytes of every file below `folder`.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> files_below(
    const std::filesystem::path& folder);

}  // namespace parfocal::testing
