// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/tiff_mutations.h"

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>
#include <utility>

namespace parfocal::test {
namespace {

std::uint64_t get(const TiffBase& base, std::uint64_t offset, std::size_t width) {
  if (offset + width > base.bytes.size()) throw std::runtime_error(base.name + " is not sound");
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t place = base.big_endian ? width - 1 - i : i;
    value |= std::uint64_t{static_cast<unsigned char>(base.bytes[offset + i])} << (8 * place);
  }
  return value;
}

/// One damage at a time to a copy of the base. Positions are those of the sound file, so that a
/// damage after an insertion or a cut may hit other bytes or none.
class Mutator {
 public:
  Mutator(const TiffBase& base, std::uint64_t seed)
      : base_(base), bytes_(base.bytes), random_(seed) {}

  std::pair<std::string, std::string> mutate() {
    const std::uint64_t damages = below(4) == 0 ? 1 + below(3) : 1;
    for (std::uint64_t i = 0; i < damages; ++i) {
      const auto& [name, action] = kKinds[below(kKinds.size())];
      kinds_ += std::string(i == 0 ? "" : " + ") + name;
      (this->*action)();
    }
    return {kinds_, bytes_};
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }

  std::uint64_t any(const std::vector<std::uint64_t>& places) {
    return places[below(places.size())];
  }

  std::size_t link_bytes() const { return base_.big ? 8 : 4; }

  void put(std::uint64_t offset, std::uint64_t value, std::size_t width) {
    if (offset + width > bytes_.size()) return;
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t place = base_.big_endian ? width - 1 - i : i;
      bytes_[offset + i] = static_cast<char>((value >> (8 * place)) & 0xFF);
    }
  }

  std::uint64_t absurd() {
    constexpr std::array<std::uint64_t, 14> kValues = {
        0,          1,          2,          3,          255,        65535,      65536,
        0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 1ULL << 40, 1ULL << 63, UINT64_MAX};
    if (below(3) == 0) return bytes_.size() + below(3) - 1;
    if (below(3) == 0) return below(bytes_.size());
    return kValues[below(kValues.size())];
  }

  void flip(std::uint64_t offset) {
    if (offset < bytes_.size())
      bytes_[offset] = static_cast<char>(bytes_[offset] ^ (1 << below(8)));
  }

  void truncate() { bytes_.resize(below(bytes_.size())); }

  void truncate_near_a_directory() {
    const std::uint64_t end = any(base_.directories) + below(40);
    bytes_.resize(std::min<std::uint64_t>(bytes_.size(), end - std::min<std::uint64_t>(end, 8)));
  }

  void flip_anywhere() {
    for (std::uint64_t i = 1 + below(8); i > 0; --i) flip(below(bytes_.size()));
  }

  void flip_in_a_directory() {
    const std::uint64_t entry = any(base_.entries);
    for (std::uint64_t i = 1 + below(3); i > 0; --i) flip(entry + below(base_.big ? 20 : 12));
  }

  void link_elsewhere() {
    const std::uint64_t target = below(3) == 0 ? absurd() : any(base_.directories);
    put(any(base_.links), target, link_bytes());
  }

  void end_the_chain() { put(any(base_.links), 0, link_bytes()); }

  void make_a_value_absurd() {
    put(any(base_.entries) + 4 + link_bytes(), absurd(), below(2) == 0 ? 2 : link_bytes());
  }

  void make_a_count_absurd() { put(any(base_.entries) + 4, absurd(), link_bytes()); }

  void confuse_a_type() { put(any(base_.entries) + 2, below(20), 2); }

  void confuse_a_tag() {
    constexpr std::array<std::uint64_t, 16> kTags = {256, 257, 258, 259, 262, 266, 270, 273,
                                                     277, 278, 279, 284, 317, 322, 324, 339};
    put(any(base_.entries), below(4) == 0 ? below(65536) : kTags[below(kTags.size())], 2);
  }

  void move_a_chunk() {
    if (bytes_.empty()) return;
    const std::uint64_t length = 1 + below(std::min<std::uint64_t>(200, bytes_.size()));
    const std::uint64_t from = below(bytes_.size() - length + 1);
    const std::uint64_t to = below(bytes_.size() - length + 1);
    switch (below(4)) {
      case 0:
        bytes_.replace(to, length, bytes_.substr(from, length));
        break;
      case 1:
        bytes_.insert(to, bytes_.substr(from, length));
        break;
      case 2:
        bytes_.erase(from, length);
        break;
      default:
        bytes_.replace(from, length, std::string(length, '\0'));
        break;
    }
  }

  void zero_the_tail() {
    const std::uint64_t begin = below(bytes_.size());
    std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(begin), bytes_.end(), '\0');
  }

  using Action = void (Mutator::*)();
  static constexpr std::array<std::pair<const char*, Action>, 12> kKinds = {
      {{"cut", &Mutator::truncate},
       {"cut near a directory", &Mutator::truncate_near_a_directory},
       {"bits flipped", &Mutator::flip_anywhere},
       {"bits of a directory flipped", &Mutator::flip_in_a_directory},
       {"link elsewhere", &Mutator::link_elsewhere},
       {"chain ended", &Mutator::end_the_chain},
       {"absurd value", &Mutator::make_a_value_absurd},
       {"absurd count", &Mutator::make_a_count_absurd},
       {"type confused", &Mutator::confuse_a_type},
       {"tag confused", &Mutator::confuse_a_tag},
       {"chunk moved", &Mutator::move_a_chunk},
       {"tail zeroed", &Mutator::zero_the_tail}}};

  const TiffBase& base_;
  std::string bytes_;
  std::string kinds_;
  std::mt19937_64 random_;
};

}  // namespace

TiffBase dissect_tiff(std::string name, std::string bytes, std::int64_t n_frames) {
  TiffBase base;
  base.name = std::move(name);
  base.bytes = std::move(bytes);
  base.n_frames = n_frames;
  base.big_endian = base.bytes.starts_with("MM");
  base.big = get(base, 2, 2) == 43;
  const std::size_t link = base.big ? 8 : 4;
  base.links.push_back(base.big ? 8 : 4);
  for (std::uint64_t at = get(base, base.links[0], link); at != 0;) {
    base.directories.push_back(at);
    const std::uint64_t count = get(base, at, base.big ? 8 : 2);
    const std::uint64_t entries = at + (base.big ? 8 : 2);
    const std::uint64_t entry_bytes = base.big ? 20 : 12;
    for (std::uint64_t i = 0; i < count; ++i) base.entries.push_back(entries + i * entry_bytes);
    base.links.push_back(entries + count * entry_bytes);
    at = get(base, base.links.back(), link);
  }
  return base;
}

Mutant mutate_tiff(const std::vector<TiffBase>& bases, std::uint64_t seed) {
  const TiffBase& base = bases[seed % bases.size()];
  auto [kinds, bytes] = Mutator(base, seed).mutate();
  return {base.name + ": " + kinds, std::move(bytes), &base};
}

}  // namespace parfocal::test
