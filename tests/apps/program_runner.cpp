// SPDX-License-Identifier: Apache-2.0
#include "tests/apps/program_runner.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void redirect(int descriptor, const fs::path& file) {
  const int opened = open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (opened < 0 || dup2(opened, descriptor) < 0) _exit(126);
}

}  // namespace

RunningProgram::RunningProgram(const std::string& program, const Words& arguments,
                               const fs::path& work_folder, const Words& environment)
    : out_(work_folder / "stdout.txt"), err_(work_folder / "stderr.txt") {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<std::string> extra = environment;
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) return;
  for (std::string& entry : extra) putenv(entry.data());
  redirect(STDOUT_FILENO, out_);
  redirect(STDERR_FILENO, err_);
  if (chdir(work_folder.c_str()) != 0) _exit(126);
  execvp(argv[0], argv.data());
  _exit(127);
}

RunningProgram::~RunningProgram() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void RunningProgram::send(int signal_number) const { kill(pid_, signal_number); }

ProgramResult RunningProgram::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, content_of(out_), content_of(err_)};
}

std::string program_path() {
  const char* path = std::getenv("PARFOCAL_PROGRAM");
  if (path == nullptr) throw std::runtime_error("PARFOCAL_PROGRAM is not set; run this by ctest");
  return path;
}

ProgramResult run_parfocal(const Words& arguments, const fs::path& work_folder,
                           const Words& environment) {
  return RunningProgram(program_path(), arguments, work_folder, environment).wait();
}

WorkFolder::WorkFolder() {
  std::string pattern = (fs::temp_directory_path() / "parfocal_test_XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path WorkFolder::write(const std::string& name, const std::string& text) const {
  const fs::path file = path_ / name;
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const std::size_t begin = text.find_last_of('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

std::vector<std::pair<std::string, std::string>> files_below(const fs::path& folder) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files.emplace_back(fs::relative(entry.path(), folder).string(), content_of(entry.path()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace parfocal::testing
