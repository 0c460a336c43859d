// SPDX-License-Identifier: Apache-2.0
#include "tests/style/include_graph.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace parfocal::style {

namespace {

using FileMap = std::map<std::string, const SourceFile*>;

FileMap by_path(const std::vector<SourceFile>& files) {
  FileMap map;
  for (const SourceFile& file : files) map[file.path] = &file;
  return map;
}

/// Who may include whom; apps, tests and bench stand above and may include everything.
const std::map<std::string, std::set<std::string>>& allowed() {
  static const std::map<std::string, std::set<std::string>> kAllowed = {
      {"core", {"core"}},
      {"datasets", {"datasets", "core"}},
      {"optics", {"optics", "core"}},
      {"solvers", {"solvers", "core"}},
      {"forward_models", {"forward_models", "optics", "core"}},
      {"learned", {"learned", "solvers", "core"}},
  };
  return kAllowed;
}

std::string top_of(const std::string& path) { return path.substr(0, path.find('/')); }

/// "forward_models/lensless/x.h" -> "lensless"; "" for a file of the wing itself.
std::string modality_of(const std::string& path) {
  static const std::regex kModality("forward_models/([^/]+)/.*");
  std::smatch match;
  return std::regex_match(path, match, kModality) ? match[1].str() : "";
}

bool is_torch(const std::string& include) {
  static const std::regex kTorch("(ATen|torch|c10|caffe2)/.*");
  return std::regex_match(include, kTorch);
}

bool is_torch_free(const SourceFile& file) {
  static const std::regex kTorchFree(
      "core/[^/]+|core/(units|config|run)/.*|datasets/formats/.*|.*_kernel\\.h");
  return std::regex_match(file.path, kTorchFree);
}

/// The chain of includes from `path` to a LibTorch header, "" when there is none.
std::string torch_chain(const std::string& path, const FileMap& map, std::set<std::string>& seen) {
  const auto found = map.find(path);
  if (found == map.end() || !seen.insert(path).second) return "";
  const Includes includes = includes_of(*found->second);
  for (const std::string& name : includes.bracketed) {
    if (is_torch(name)) return path + " -> " + name;
  }
  for (const std::string& name : includes.quoted) {
    const std::string chain = torch_chain(name, map, seen);
    if (!chain.empty()) return path + " -> " + chain;
  }
  return "";
}

std::string own_header(const SourceFile& file) {
  return file.path.substr(0, file.path.size() - file.extension().size()) + ".h";
}

}  // namespace

Includes includes_of(const SourceFile& file) {
  static const std::regex kInclude(R"re(\s*#\s*include\s*(["<])([^">]+)[">].*)re");
  Includes includes;
  for (const std::string& line : file.lines()) {
    std::smatch match;
    if (line.find('#') == std::string::npos || !std::regex_match(line, match, kInclude)) continue;
    (match[1] == "\"" ? includes.quoted : includes.bracketed).push_back(match[2]);
  }
  return includes;
}

std::vector<std::string> forbidden_arrows(const std::vector<SourceFile>& files) {
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    const auto rule = allowed().find(file.top());
    if (rule == allowed().end()) continue;
    for (const std::string& name : includes_of(file).quoted) {
      if (rule->second.count(top_of(name)) == 0) {
        findings.push_back(file.path + ": includes " + name + "; " + file.top() +
                           " may not include " + top_of(name));
      } else if (top_of(name) == "forward_models" && !modality_of(name).empty() &&
                 modality_of(name) != modality_of(file.path) && file.name() != "register.cpp") {
        findings.push_back(file.path + ": includes " + name + "; no modality includes another one");
      }
    }
  }
  return findings;
}

std::vector<std::string> broken_includes(const std::vector<SourceFile>& files) {
  const FileMap map = by_path(files);
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    for (const std::string& name : includes_of(file).quoted) {
      if (map.count(name) == 0) {
        findings.push_back(file.path + ": \"" + name + "\" is no file from the top of the tree");
      }
    }
  }
  return findings;
}

std::vector<std::string> torch_in_torch_free(const std::vector<SourceFile>& files) {
  const FileMap map = by_path(files);
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    if (!is_torch_free(file)) continue;
    std::set<std::string> seen;
    const std::string chain = torch_chain(file.path, map, seen);
    if (!chain.empty()) findings.push_back(chain);
  }
  return findings;
}

std::vector<std::string> wide_torch_headers(const std::vector<SourceFile>& files) {
  static const std::set<std::string> kWide = {"torch/torch.h", "torch/all.h", "torch/extension.h",
                                              "ATen/ATen.h", "ATen/Functions.h"};
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    if (file.is_under("learned") || file.is_under("tests/learned")) continue;
    for (const std::string& name : includes_of(file).bracketed) {
      if (kWide.count(name) > 0) {
        findings.push_back(file.path + ": <" + name +
                           ">; include the ATen/ops/NAME.h that are used");
      }
    }
  }
  return findings;
}

std::vector<std::string> own_header_not_first(const std::vector<SourceFile>& files) {
  const FileMap map = by_path(files);
  std::vector<std::string> findings;
  for (const SourceFile& file : files) {
    if (file.extension() != ".cpp" || map.count(own_header(file)) == 0) continue;
    const Includes includes = includes_of(file);
    const auto first = file.text.find("#include");
    const bool is_first = !includes.quoted.empty() && includes.quoted.front() == own_header(file) &&
                          file.text.compare(first, 10, "#include \"") == 0;
    if (!is_first) findings.push_back(file.path + ": the first include is not its own header");
  }
  return findings;
}

std::vector<std::string> headers_without_source(const std::vector<SourceFile>& files) {
  const FileMap map = by_path(files);
  std::vector<std::string> headers;
  for (const SourceFile& file : files) {
    if (file.extension() != ".h") continue;
    const std::string source = file.path.substr(0, file.path.size() - 2) + ".cpp";
    if (map.count(source) == 0) headers.push_back(file.path);
  }
  return headers;
}

}  // namespace parfocal::style
