// SPDX-License-Identifier: Apache-2.0
#include "tests/style/documents.h"

#include <regex>
#include <sstream>

namespace parfocal::style {

namespace {

bool presets_have(const std::string& name) {
  const std::string text = read_text(source_root() / "CMakePresets.json");
  return text.find("{\"name\": \"" + name + "\"") != std::string::npos;
}

bool bootstrap_has(const std::string& verb) {
  const std::string text = read_text(source_root() / "bootstrap");
  return std::regex_search(text, std::regex("\\n  " + verb + " +[a-z]"));
}

}  // namespace

std::vector<std::string> shell_lines(const std::string& markdown) {
  std::vector<std::string> result;
  std::istringstream stream(markdown);
  bool in_block = false;
  bool is_shell = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.compare(0, 3, "```") == 0) {
      in_block = !in_block;
      is_shell = in_block && (line == "```sh" || line == "```bash");
    } else if (is_shell && !line.empty() && line[0] != '#') {
      result.push_back(line);
    }
  }
  return result;
}

std::string missing_for(const std::string& line) {
  static const std::regex kBootstrap(R"re(\./bootstrap ([a-z]+))re");
  static const std::regex kPreset(R"re(\b(?:cmake|ctest)\b.*--preset[ =]([a-z-]+))re");
  static const std::regex kFile(
      R"re((?:^|[ ])((?:\./)?(?:configs|docs|tests|bench|cmake)/[\w./-]+))re");
  std::smatch match;
  if (std::regex_search(line, match, kBootstrap) && !bootstrap_has(match[1])) {
    return "./bootstrap has no verb " + match[1].str();
  }
  if (std::regex_search(line, match, kPreset) && !presets_have(match[1])) {
    return "CMakePresets.json has no preset " + match[1].str();
  }
  for (std::sregex_iterator file(line.begin(), line.end(), kFile), end; file != end; ++file) {
    if (!exists_in_tree((*file)[1])) return "no file " + (*file)[1].str();
  }
  return "";
}

std::string program_verb(const std::string& line) {
  static const std::regex kProgram(R"re((?:^|[ /])parfocal ([a-z]+).*)re");
  std::smatch match;
  return std::regex_search(line, match, kProgram) ? match[1].str() : "";
}

std::vector<std::string> relative_links(const std::string& markdown) {
  static const std::regex kLink(R"re(\]\(([^)#:]+)(?:#[^)]*)?\))re");
  std::vector<std::string> targets;
  for (std::sregex_iterator match(markdown.begin(), markdown.end(), kLink), end; match != end;
       ++match) {
    targets.push_back((*match)[1]);
  }
  return targets;
}

}  // namespace parfocal::style
