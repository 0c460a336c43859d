// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace parfocal::test {

/// A sound TIFF file from which damaged ones are made.
struct TiffBase {
  std::string name;
  std::string bytes;
  std::int64_t n_frames = 0;
  bool big = false;
  bool big_endian = false;
  std::vector<std::uint64_t> directories;  ///< byte offset of each
  std::vector<std::uint64_t> entries;      ///< byte offset of each entry of each directory
  std::vector<std::uint64_t> links;        ///< byte offset of each link, the header's first
};

/// Lists the parts of a sound file. \throws std::runtime_error when it is not sound.
[[nodiscard]] TiffBase dissect_tiff(std::string name, std::string bytes, std::int64_t n_frames);

struct Mutant {
  std::string description;  ///< base and kind of damage
  std::string bytes;
  const TiffBase* base = nullptr;
};

/// The same seed gives the same mutant: one base, one to three damages out of twelve kinds
/// (truncation, bit flips, links to wrong places, absurd values, type confusion, moved chunks ...).
[[nodiscard]] Mutant mutate_tiff(const std::vector<TiffBase>& bases, std::uint64_t seed);

}  // namespace parfocal::test
