// SPDX-License-Identifier: Apache-2.0
#include "tests/style/source_tree.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace parfocal::style {

namespace fs = std::filesystem;

namespace {

bool is_left_out(const fs::path& folder) {
  static const std::set<std::string> kIgnored = {".git", ".deps", ".cache", "build", "runs"};
  return kIgnored.count(folder.filename().string()) > 0;
}

bool is_text(const fs::path& file) {
  static const std::set<std::string> kExtensions = {".h",   ".cpp", ".cu",   ".cuh", ".cmake",
                                                    ".txt", ".md",  ".yaml", ".yml", ".json",
                                                    ".in",  ".sh",  ".cff"};
  static const std::set<std::string> kNames = {"bootstrap", "run", "LICENSE"};
  return kExtensions.count(file.extension().string()) > 0 ||
         kNames.count(file.filename().string()) > 0;
}

std::vector<SourceFile> walk(const fs::path& root) {
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    if (entry->is_directory() && is_left_out(entry->path())) entry.disable_recursion_pending();
    if (!entry->is_regular_file() || !is_text(entry->path())) continue;
    files.push_back({fs::relative(entry->path(), root).generic_string(), read_text(entry->path())});
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace

std::vector<std::string> SourceFile::lines() const {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

std::string SourceFile::top() const {
  const auto slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string SourceFile::folder() const { return fs::path(path).parent_path().generic_string(); }

std::string SourceFile::name() const { return fs::path(path).filename().string(); }

std::string SourceFile::extension() const { return fs::path(path).extension().string(); }

bool SourceFile::is_cpp() const {
  const std::string ending = extension();
  return ending == ".h" || ending == ".cpp" || ending == ".cu" || ending == ".cuh";
}

bool SourceFile::is_under(const std::string& prefix) const {
  return path.compare(0, prefix.size() + 1, prefix + "/") == 0;
}

fs::path source_root() { return fs::path(PARFOCAL_SOURCE_DIR); }

bool exists_in_tree(const std::string& path) { return fs::exists(source_root() / path); }

std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

const std::vector<SourceFile>& source_tree() {
  static const std::vector<SourceFile> kFiles = walk(source_root());
  return kFiles;
}

std::vector<SourceFile> cpp_files() {
  std::vector<SourceFile> files;
  for (const SourceFile& file : source_tree()) {
    if (file.is_cpp()) files.push_back(file);
  }
  return files;
}

std::string list(const std::vector<std::string>& findings) {
  std::string text;
  for (const std::string& finding : findings) text += "\n  " + finding;
  return text;
}

}  // namespace parfocal::style
