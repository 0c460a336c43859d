// SPDX-License-Identifier: Apache-2.0
#include "core/run/checksums.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/file_calls.h"
#include "core/run/sha256.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using Sums = std::map<std::string, std::string>;  // name -> digest, sorted bytewise

constexpr const char* kSumsName = "SHA256SUMS";
constexpr std::array<std::string_view, 5> kLeftOut = {kSumsName, "LOCK", "STATUS", "log.txt",
                                                      "events.jsonl"};

bool is_covered(const fs::path& file) {
  const std::string name = file.filename().string();
  return std::ranges::find(kLeftOut, name) == kLeftOut.end();
}

std::set<std::string> covered_files(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code status;
  fs::recursive_directory_iterator entries(folder, status);
  if (status) throw_file_error(folder, "reading the folder", status.value());
  for (const auto& entry : entries) {
    if (entry.is_directory(status) || !is_covered(entry.path())) continue;
    names.insert(entry.path().lexically_relative(folder).generic_string());
  }
  return names;
}

std::string line_of(const std::string& name, const std::string& digest) {
  std::string escaped;
  for (const char c : name) {
    if (c == '\\')
      escaped += "\\\\";
    else if (c == '\n')
      escaped += "\\n";
    else if (c == '\r')
      escaped += "\\r";
    else
      escaped += c;
  }
  return fmt::format("{}{}  {}\n", escaped == name ? "" : "\\", digest, escaped);
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      name += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] == 'n')
      name += '\n';
    else if (text[i] == 'r')
      name += '\r';
    else if (text[i] == '\\')
      name += '\\';
    else
      return std::nullopt;
  }
  return name;
}

// A name that leads out of the folder is not accepted from a file.
bool stays_inside(const std::string& name) {
  const fs::path path(name);
  const bool climbs = std::ranges::any_of(path, [](const fs::path& part) { return part == ".."; });
  return !name.empty() && path.is_relative() && !climbs && name.find('\0') == std::string::npos;
}

std::optional<std::pair<std::string, std::string>> parse_line(std::string_view line) {
  const bool escaped = line.starts_with('\\');
  if (escaped) line.remove_prefix(1);
  if (line.size() < 67 || line[64] != ' ' || (line[65] != ' ' && line[65] != '*')) return {};
  const auto digest = line.substr(0, 64);
  if (digest.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  const auto name = escaped ? unescaped(line.substr(66)) : std::string(line.substr(66));
  if (!name || !stays_inside(*name)) return {};
  return std::pair(*name, std::string(digest));
}

struct ParsedSums {
  Sums sums;
  std::vector<std::string> malformed;
};

ParsedSums parse_sums(std::string_view text) {
  ParsedSums parsed;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    const auto entry = end == std::string_view::npos ? std::nullopt : parse_line(line);
    if (!entry || !parsed.sums.insert(*entry).second) {
      parsed.malformed.emplace_back(line.substr(0, 100));
    }
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return parsed;
}

void write_sums(const fs::path& folder, const Sums& sums) {
  std::string text;
  for (const auto& [name, digest] : sums) text += line_of(name, digest);
  write_file_atomically(folder / kSumsName, text);
}

}  // namespace

void write_checksums(const fs::path& folder) {
  Sums sums;
  for (const auto& name : covered_files(folder)) sums[name] = sha256_of_file(folder / name);
  write_sums(folder, sums);
}

void update_checksums(const fs::path& folder, const std::vector<std::string>& names) {
  ParsedSums parsed = parse_sums(read_whole_file(folder / kSumsName));
  if (!parsed.malformed.empty()) {
    throw DataError(fmt::format("{}: malformed line \"{}\"; the folder is damaged, see verify",
                                (folder / kSumsName).string(), parsed.malformed.front()));
  }
  for (const auto& name : names) parsed.sums[name] = sha256_of_file(folder / name);
  write_sums(folder, parsed.sums);
}

std::string ChecksumProblem::text() const {
  switch (kind) {
    case Kind::kNoSums:
      return name + ": is missing, so nothing can be verified";
    case Kind::kMalformedLine:
      return fmt::format("SHA256SUMS: malformed line \"{}\"", name);
    case Kind::kChanged:
      return name + ": content differs from SHA256SUMS";
    case Kind::kMissing:
      return name + ": listed in SHA256SUMS, but missing";
    case Kind::kUnreadable:
      return name + ": cannot be read";
    case Kind::kExtra:
      return name + ": not listed in SHA256SUMS";
  }
  return name;
}

std::vector<ChecksumProblem> verify_checksums(const fs::path& folder) {
  using Kind = ChecksumProblem::Kind;
  if (!fs::is_regular_file(folder / kSumsName)) return {{Kind::kNoSums, kSumsName}};
  const ParsedSums parsed = parse_sums(read_whole_file(folder / kSumsName));
  std::vector<ChecksumProblem> problems;
  for (const auto& line : parsed.malformed) problems.push_back({Kind::kMalformedLine, line});
  for (const auto& [name, digest] : parsed.sums) {
    if (!fs::exists(fs::symlink_status(folder / name))) {
      problems.push_back({Kind::kMissing, name});
    } else if (!fs::is_regular_file(folder / name)) {
      problems.push_back({Kind::kUnreadable, name});
    } else {
      try {
        if (sha256_of_file(folder / name) != digest) problems.push_back({Kind::kChanged, name});
      } catch (const FileError&) {
        problems.push_back({Kind::kUnreadable, name});
      }
    }
  }
  for (const auto& name : covered_files(folder)) {
    if (!parsed.sums.contains(name)) problems.push_back({Kind::kExtra, name});
  }
  return problems;
}

}  // namespace parfocal
