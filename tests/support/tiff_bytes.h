// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace parfocal::test {

/// Builds TIFF files byte by byte, right or wrong in any field that a test wants wrong.
///
/// Layout: header, then for each page its directory, its tag values, its data.
class TiffBytes {
 public:
  struct Tag {
    std::uint16_t type = 3;
    std::vector<std::uint64_t> values;
    std::string text;                  ///< instead of values, for type 2
    std::uint64_t count = UINT64_MAX;  ///< as written, when it shall differ from values.size()
  };
  struct Page {
    std::map<std::uint16_t, Tag> tags;
    std::string data;
    std::uint64_t directory_offset = 0;
    std::uint64_t link_offset = 0;
    std::uint64_t data_offset = 0;
  };

  explicit TiffBytes(bool big = false) : big_(big) {}

  /// A page of uint8 [n_y, n_x] in one strip, filled with `value`; change its tags afterwards.
  Page& add_page(std::uint64_t n_y = 4, std::uint64_t n_x = 6, char value = 7) {
    Page page;
    page.data.assign(n_y * n_x, value);
    page.tags[256] = {4, {n_x}, {}};
    page.tags[257] = {4, {n_y}, {}};
    page.tags[258] = {3, {8}, {}};
    page.tags[259] = {3, {1}, {}};
    page.tags[262] = {3, {1}, {}};
    page.tags[273] = {4, {0}, {}};
    page.tags[277] = {3, {1}, {}};
    page.tags[278] = {4, {n_y}, {}};
    page.tags[279] = {4, {n_y * n_x}, {}};
    pages.push_back(page);
    return pages.back();
  }

  void describe(const std::string& text) { pages.front().tags[270] = {2, {}, text}; }

  /// The file; a strip offset of 0 is replaced by the true one.
  std::string encode() {
    std::string out = big_ ? std::string("II+\0\x08\0\0\0", 8) : std::string("II*\0", 4);
    put(out, big_ ? 16 : 8, link_bytes());
    for (std::size_t i = 0; i < pages.size(); ++i) {
      Page& page = pages[i];
      const std::string draft = directory(page, out.size(), 0, 0);
      const std::uint64_t data = out.size() + draft.size();
      page.directory_offset = out.size();
      page.data_offset = data;
      const std::uint64_t next = i + 1 < pages.size() ? data + page.data.size() : 0;
      page.link_offset =
          page.directory_offset + (big_ ? 8 : 2) + page.tags.size() * (4 + 2 * link_bytes());
      out += directory(page, out.size(), next, data) + page.data;
    }
    return out;
  }

  std::vector<Page> pages;

 private:
  std::size_t link_bytes() const { return big_ ? 8 : 4; }

  static void put(std::string& out, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
  }

  static std::size_t width_of(std::uint16_t type) {
    return type == 3 ? 2 : type == 4 ? 4 : type == 16 || type == 5 ? 8 : 1;
  }

  std::string directory(const Page& page, std::uint64_t at, std::uint64_t next,
                        std::uint64_t data) const {
    std::string head;
    std::string values;
    put(head, page.tags.size(), big_ ? 8 : 2);
    const std::uint64_t values_at =
        at + head.size() + page.tags.size() * (4 + 2 * link_bytes()) + link_bytes();
    for (const auto& [number, tag] : page.tags) {
      std::string bytes = tag.text;
      for (const std::uint64_t value : tag.values) {
        const bool place = (number == 273 || number == 324) && value == 0;
        put(bytes, place ? data : value, width_of(tag.type));
      }
      put(head, number, 2);
      put(head, tag.type, 2);
      put(head, tag.count != UINT64_MAX ? tag.count : bytes.size() / width_of(tag.type),
          link_bytes());
      if (bytes.size() <= link_bytes()) {
        bytes.resize(link_bytes());
        head += bytes;
      } else {
        put(head, values_at + values.size(), link_bytes());
        values += bytes;
      }
    }
    put(head, next, link_bytes());
    return head + values;
  }

  bool big_;
};

}  // namespace parfocal::test
