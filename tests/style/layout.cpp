// SPDX-License-Identifier: Apache-2.0
#include "tests/style/layout.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

namespace parfocal::style {

namespace {

const std::set<std::string>& wings() {
  static const std::set<std::string> kWings = {"apps",    "core",   "datasets", "forward_models",
                                               "learned", "optics", "solvers"};
  return kWings;
}

std::set<std::string> folders_of(const std::vector<SourceFile>& files) {
  std::set<std::string> folders;
  for (const SourceFile& file : files) {
    for (std::filesystem::path f = file.folder(); !f.empty(); f = f.parent_path()) {
      folders.insert(f.generic_string());
    }
  }
  return folders;
}

/// Every .cpp and .cu that a CMakeLists.txt lists, from the top of the tree.
std::set<std::string> listed_sources(const std::vector<SourceFile>& files) {
  static const std::regex kSource(R"re([\w./-]+\.(cpp|cu)\b)re");
  std::set<std::string> sources;
  for (const SourceFile& file : files) {
    if (file.name() != "CMakeLists.txt") continue;
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), kSource), end; match != end;
         ++match) {
      const std::filesystem::path path = std::filesystem::path(file.folder()) / match->str();
      sources.insert(path.lexically_normal().generic_string());
    }
  }
  return sources;
}

struct BannedText {
  std::string pattern;
  std::string why;
};

// The words are put together from pieces, so that this file does not contain them.
const std::vector<BannedText>& banned_patterns() {
  static const std::vector<BannedText> kBanned = {
      {std::string("\\b(TO") + "DO|FIX" + "ME|X" + "XX)\\b", "unfinished work"},
      {std::string("(^|[^A-Za-z0-9_.])/(work|root|home)") + "/", "a path of one machine"},
      {std::string("\\b(this|earlier|previous|next|other) sess") + "ions?\\b",
       "says how the code was written, not what it does"},
      {std::string("torch::(lo") + "ad|jit|pick" + "le_load)\\b", "unpickles foreign files"},
      {std::string("\\bpickle_lo") + "ad\\b", "unpickles foreign files"},
  };
  return kBanned;
}

}  // namespace

std::vector<std::string> missing_licence(const std::vector<SourceFile>& files) {
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    const std::string line = "// SPDX-License-Identifier: Apache-2.0\n";
    if (file.is_cpp() && file.text.compare(0, line.size(), line) != 0) {
      findings.push_back(file.path);
    }
  }
  return findings;
}

std::vector<std::string> missing_pragma_once(const std::vector<SourceFile>& files) {
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    if ((file.extension() == ".h" || file.extension() == ".cuh") &&
        file.text.find("\n#pragma once\n") == std::string::npos) {
      findings.push_back(file.path);
    }
  }
  return findings;
}

/// Longer files, each with its reason.
const std::map<std::string, std::string>& long_files() {
  static const std::map<std::string, std::string> reasons{
      {"core/config/schema.h", "one class template with one method per shape of a key"}};
  return reasons;
}

std::vector<std::string> too_long(const std::vector<SourceFile>& files) {
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    const auto lines =
        static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
    if (file.is_cpp() && lines > kMaxLines && !long_files().contains(file.path)) {
      findings.push_back(file.path + ": " + std::to_string(lines) + " lines, limit " +
                         std::to_string(kMaxLines));
    }
  }
  return findings;
}

std::vector<std::string> bad_names(const std::vector<SourceFile>& files) {
  static const std::regex kSnake("[a-z][a-z0-9_]*\\.(h|cpp|cu|cuh)");
  static const std::regex kEmptyWord("(.*_)?(utils?|helpers?|common|managers?|misc)(_.*)?");
  static const std::regex kEmptyClass(
      "\\b(class|struct)\\s+\\w*(Utils?|Helpers?|Common|Manager)\\b");
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    if (!file.is_cpp()) continue;
    const std::string stem = std::filesystem::path(file.path).stem().string();
    const std::string folder = std::filesystem::path(file.folder()).filename().string();
    if (!std::regex_match(file.name(), kSnake)) {
      findings.push_back(file.path + ": not snake_case");
    }
    if (std::regex_match(stem, kEmptyWord) || std::regex_match(folder, kEmptyWord)) {
      findings.push_back(file.path + ": name it after what it is");
    }
    std::smatch match;
    if (std::regex_search(file.text, match, kEmptyClass)) {
      findings.push_back(file.path + ": " + match.str() + ": name it after what it is");
    }
  }
  return findings;
}

std::vector<std::string> tests_out_of_place(const std::vector<SourceFile>& files) {
  const std::set<std::string> folders = folders_of(files);
  std::vector<std::string> findings;
  for (const std::string& folder : folders) {
    if (folder.compare(0, 6, "tests/") != 0) continue;
    const std::string mirrored = folder.substr(6);
    if (wings().count(mirrored.substr(0, mirrored.find('/'))) == 0) continue;
    if (folders.count(mirrored) == 0) findings.push_back(folder + ": no folder " + mirrored);
  }
  for (const SourceFile& file : files) {
    const bool has_tests = file.text.find("\nTEST") != std::string::npos;
    static const std::regex kTestName(".*_(test|test_cases)\\.cpp");
    if (file.top() == "tests" && file.extension() == ".cpp" && has_tests &&
        !std::regex_match(file.path, kTestName)) {
      findings.push_back(file.path + ": holds tests, so its name ends in _test.cpp");
    }
  }
  return findings;
}

std::vector<std::string> not_in_build(const std::vector<SourceFile>& files) {
  const std::set<std::string> listed = listed_sources(files);
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    const bool is_source = file.extension() == ".cpp" || file.extension() == ".cu";
    if (is_source && listed.count(file.path) == 0) {
      findings.push_back(file.path + ": in no CMakeLists.txt, so it is never compiled");
    }
  }
  return findings;
}

std::vector<std::string> banned_text(const std::vector<SourceFile>& files) {
  std::vector<std::string> findings;
  for (const BannedText& banned : banned_patterns()) {
    const std::regex pattern(banned.pattern);
    for (const SourceFile& file : files) {
      std::smatch match;
      if (!std::regex_search(file.text, match, pattern)) continue;
      const auto line =
          std::count(file.text.begin(), file.text.begin() + match.position(), '\n') + 1;
      findings.push_back(file.path + ":" + std::to_string(line) + ": \"" + match.str() + "\" " +
                         banned.why);
    }
  }
  return findings;
}

std::vector<std::string> missing_named_tests(const std::vector<SourceFile>& files) {
  static const std::regex kTestPath("tests/[a-z0-9_/]+\\.(cpp|yaml)");
  std::set<std::string> paths;
  for (const SourceFile& file : files) paths.insert(file.path);
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    if (file.extension() != ".h" || file.top() == "tests") continue;
    for (std::sregex_iterator match(file.text.begin(), file.text.end(), kTestPath), end;
         match != end; ++match) {
      if (paths.count(match->str()) == 0) {
        findings.push_back(file.path + ": names " + match->str() + ", which does not exist");
      }
    }
  }
  return findings;
}

}  // namespace parfocal::style
