// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace parfocal {

/// `SHA256SUMS` of a folder, as `sha256sum -c` reads it.
///
/// Layout:    `<64 hex digits>  <relative name>`, sorted bytewise by name, `/` between folders; a
///            name with a backslash or line break is escaped as GNU sha256sum does.
/// Left out:  SHA256SUMS, LOCK, STATUS, log.txt and events.jsonl, in sub-folders too: they change
///            after the sums are made. provenance.json is covered, so it must be written before.
/// Errors:    FileError when a file cannot be read or the sums cannot be written.
/// Tested by: tests/core/run/run_folder_test.cpp.
void write_checksums(const std::filesystem::path& folder);

/// Renews the lines of the named files only (for a report made anew), and keeps all others as they
/// are, so that damage elsewhere stays visible.
void update_checksums(const std::filesystem::path& folder, const std::vector<std::string>& names);

struct ChecksumProblem {
  enum class Kind { kNoSums, kMalformedLine, kChanged, kMissing, kUnreadable, kExtra };
  Kind kind;
  std::string name;  ///< relative to the folder

  /// "results/image.npy: content differs from SHA256SUMS".
  [[nodiscard]] std::string text() const;
};

/// Compares a folder with its SHA256SUMS; empty means that nothing changed, is missing or extra.
[[nodiscard]] std::vector<ChecksumProblem> verify_checksums(const std::filesystem::path& folder);

}  // namespace parfocal
