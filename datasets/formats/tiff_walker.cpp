// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/tiff_walker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "datasets/formats/tiff_layout.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kMaxEntries = 4096;
constexpr std::uint64_t kMaxSmallValues = 16;
constexpr std::uint64_t kMaxDescriptionBytes = 50'000'000;
constexpr std::size_t kMaxLayouts = 64;

/// Data that the file does not hold: the walk ends here, the pages before remain.
struct Missing {
  std::uint64_t offset;
  std::string reason;
};

struct Entry {
  std::uint16_t tag = 0;
  std::uint16_t type = 0;
  std::uint64_t count = 0;
  std::uint64_t position = 0;      ///< of the entry itself
  std::uint64_t value_offset = 0;  ///< where the values begin, inside the entry or elsewhere
};

/// Bytes used by a page; page -1 for tag values, which pages may share.
struct Extent {
  std::uint64_t offset;
  std::uint64_t length;
  std::int64_t page;
};

std::uint64_t bytes_of_type(std::uint16_t type) {
  constexpr std::array<std::uint8_t, 19> kBytes = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                                   8, 4, 8, 4, 0, 0, 8, 8, 8};
  return type < kBytes.size() ? kBytes[type] : 0;
}

bool is_whole_number(std::uint16_t type) {
  return type == 1 || type == 3 || type == 4 || type == 13 || type == 16 || type == 18;
}

class Walker {
 public:
  Walker(const InputFile& file, const ReadOptions& options)
      : file_(file), options_(options), values_left_(file.size() + 65'536) {}

  TiffStructure walk() {
    std::uint64_t next = read_header();
    while (next != 0) {
      if (page_ >= options_.max_pages) {
        fail(next, fmt::format("the chain holds more than {} pages", options_.max_pages));
      }
      if (!visited_.insert(next).second) {
        fail(out_.end_of_chain, fmt::format("the chain of pages returns to byte {}: a loop", next));
      }
      try {
        next = read_page(next);
      } catch (const Missing& missing) {
        out_.damage = TiffDamage{page_, missing.offset, missing.reason};
        break;
      } catch (const std::overflow_error& error) {
        fail(directory_, error.what());
      } catch (const std::invalid_argument& error) {
        fail(directory_, error.what());
      }
      ++page_;
    }
    account_for_bytes();
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::uint64_t offset, const std::string& reason) const {
    refuse(file_.path(), fmt::format("page {}, byte {}: {}", page_, offset, reason));
  }

  void need(std::uint64_t offset, std::uint64_t length, const std::string& what) const {
    if (file_.holds(offset, length)) return;
    throw Missing{offset, fmt::format("{} needs {} bytes here, but the file ends at byte {}", what,
                                      length, file_.size())};
  }

  std::uint64_t number_at(const std::byte* bytes, std::uint64_t width) const {
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < width; ++i) {
      const std::uint64_t place = out_.big_endian ? width - 1 - i : i;
      value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * place);
    }
    return value;
  }

  std::uint64_t read_number(std::uint64_t offset, std::uint64_t width) const {
    std::array<std::byte, 8> bytes = {};
    file_.read_at(offset, std::span(bytes).first(width));
    return number_at(bytes.data(), width);
  }

  std::uint64_t read_header() {
    if (!file_.holds(0, 8)) refuse(file_.path(), "byte 0: the file is too short to be a TIFF");
    std::array<std::byte, 8> head = {};
    file_.read_at(0, head);
    out_.big_endian = head[0] == std::byte{'M'};
    out_.big = number_at(head.data() + 2, 2) == 43;
    link_bytes_ = out_.big ? 8 : 4;
    out_.end_of_chain = out_.big ? 8 : 4;
    if (!out_.big) return number_at(head.data() + 4, 4);
    if (!file_.holds(0, 16)) refuse(file_.path(), "byte 8: the BigTIFF header is cut off");
    if (number_at(head.data() + 4, 2) != 8 || number_at(head.data() + 6, 2) != 0) {
      refuse(file_.path(), "byte 4: the BigTIFF header does not announce 8-byte offsets");
    }
    return read_number(8, 8);
  }

  std::uint64_t read_page(std::uint64_t offset) {
    directory_ = offset;
    read_entries(offset);
    const TagLookup lookup = [this](std::uint16_t tag) { return small_values(tag); };
    const TiffLayout layout = layout_of_page(lookup, options_);
    if (page_ == 0) read_first_page_tags();
    TiffPage page;
    page.directory_offset = offset;
    if (layout.refusal.empty()) page.data_offset = check_segments(layout);
    page.layout = index_of(layout);
    out_.pages.push_back(page);
    return next_;
  }

  void read_entries(std::uint64_t offset) {
    const std::uint64_t count_bytes = out_.big ? 8 : 2;
    const std::uint64_t entry_bytes = out_.big ? 20 : 12;
    need(offset, count_bytes, "a directory");
    const std::uint64_t count = read_number(offset, count_bytes);
    if (count == 0) throw Missing{offset, "the directory of the page is empty"};
    if (count > kMaxEntries) fail(offset, fmt::format("a directory of {} entries", count));
    const std::uint64_t length = count * entry_bytes + link_bytes_;
    need(offset + count_bytes, length, "a directory");
    buffer_.resize(length);
    file_.read_at(offset + count_bytes, buffer_);
    use(offset, count_bytes + length, page_);
    entries_.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      add_entry(buffer_.data() + i * entry_bytes, offset + count_bytes + i * entry_bytes);
    }
    next_ = number_at(buffer_.data() + count * entry_bytes, link_bytes_);
    out_.end_of_chain = offset + count_bytes + count * entry_bytes;
  }

  void add_entry(const std::byte* bytes, std::uint64_t position) {
    Entry entry;
    entry.tag = static_cast<std::uint16_t>(number_at(bytes, 2));
    entry.type = static_cast<std::uint16_t>(number_at(bytes + 2, 2));
    entry.count = number_at(bytes + 4, link_bytes_);
    entry.position = position;
    entry.value_offset = position + 4 + link_bytes_;
    if (!entries_.empty() && entry.tag <= entries_.back().tag) {
      fail(position,
           fmt::format("tag {} follows tag {}: tags must ascend", entry.tag, entries_.back().tag));
    }
    const std::uint64_t width = bytes_of_type(entry.type);
    if (width == 0) {
      fail(position, fmt::format("tag {} has the unknown type {}", entry.tag, entry.type));
    }
    std::uint64_t total = 0;
    if (__builtin_mul_overflow(width, entry.count, &total)) {
      fail(position, fmt::format("tag {} holds {} values", entry.tag, entry.count));
    }
    if (total > link_bytes_) {
      entry.value_offset = number_at(bytes + 4 + link_bytes_, link_bytes_);
      need(entry.value_offset, total, fmt::format("tag {}", entry.tag));
      use(entry.value_offset, total, -1);
    }
    entries_.push_back(entry);
  }

  const Entry* find(std::uint16_t tag) const {
    const auto found = std::lower_bound(
        entries_.begin(), entries_.end(), tag,
        [](const Entry& entry, std::uint16_t wanted) { return entry.tag < wanted; });
    return found != entries_.end() && found->tag == tag ? &*found : nullptr;
  }

  std::vector<std::uint64_t> small_values(std::uint16_t tag) {
    const Entry* entry = find(tag);
    if (entry == nullptr) return {};
    if (entry->count == 0 || entry->count > kMaxSmallValues) {
      throw std::invalid_argument(fmt::format("tag {} holds {} values", tag, entry->count));
    }
    return whole_numbers(*entry);
  }

  std::vector<std::uint64_t> whole_numbers(const Entry& entry) {
    if (!is_whole_number(entry.type)) {
      fail(entry.position,
           fmt::format("tag {} has type {}, expected a whole number", entry.tag, entry.type));
    }
    const std::uint64_t width = bytes_of_type(entry.type);
    const std::vector<std::byte> bytes = value_bytes(entry, width);
    std::vector<std::uint64_t> values(entry.count);
    for (std::uint64_t i = 0; i < entry.count; ++i) {
      values[i] = number_at(bytes.data() + i * width, width);
    }
    return values;
  }

  std::vector<std::byte> value_bytes(const Entry& entry, std::uint64_t width) {
    const std::uint64_t total = entry.count * width;
    if (total > values_left_) {
      fail(entry.position,
           "the pages share their tag values: more are announced than the file "
           "can hold");
    }
    values_left_ -= total;
    std::vector<std::byte> bytes(total);
    file_.read_at(entry.value_offset, bytes);
    return bytes;
  }

  void read_first_page_tags() {
    if (const Entry* entry = find(tiff_tag::kImageDescription)) {
      if (entry->type != 2 && entry->type != 1 && entry->type != 7) {
        fail(entry->position, fmt::format("tag 270 has type {}, expected text", entry->type));
      }
      if (entry->count > kMaxDescriptionBytes) {
        fail(entry->position, fmt::format("the description takes {} bytes, the limit is {}",
                                          entry->count, kMaxDescriptionBytes));
      }
      const std::vector<std::byte> bytes = value_bytes(*entry, 1);
      out_.description.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      while (!out_.description.empty() && out_.description.back() == '\0') {
        out_.description.pop_back();
      }
    }
    out_.resolution_x = ratio(tiff_tag::kXResolution);
    out_.resolution_y = ratio(tiff_tag::kYResolution);
  }

  std::optional<double> ratio(std::uint16_t tag) const {
    const Entry* entry = find(tag);
    if (entry == nullptr || entry->type != 5 || entry->count != 1) return std::nullopt;
    const auto above = static_cast<double>(read_number(entry->value_offset, 4));
    const auto below = static_cast<double>(read_number(entry->value_offset + 4, 4));
    if (above == 0 || below == 0) return std::nullopt;
    return above / below;
  }

  const Entry& segment_entry(const TiffLayout& layout, std::uint16_t strips, std::uint16_t tiles) {
    const std::uint16_t tag = layout.tiled ? tiles : strips;
    if (find(layout.tiled ? strips : tiles) != nullptr) {
      fail(directory_, "the page mixes tags of strips and of tiles");
    }
    const Entry* entry = find(tag);
    if (entry == nullptr) fail(directory_, fmt::format("tag {} is absent", tag));
    if (entry->count != layout.n_segments) {
      fail(entry->position,
           fmt::format("tag {} holds {} values, but the page has {} {}s", tag, entry->count,
                       layout.n_segments, layout.tiled ? "tile" : "strip"));
    }
    return *entry;
  }

  [[noreturn]] void refuse_segment(const TiffLayout& layout, std::uint64_t segment,
                                   std::uint64_t offset, std::uint64_t stored) const {
    const std::string name = fmt::format("{} {}", layout.tiled ? "tile" : "strip", segment);
    if (offset == 0 || stored == 0) throw Missing{directory_, name + " holds no data"};
    need(offset, stored, name);
    fail(offset, fmt::format("{} claims {} bytes from {} stored, more than compression {} can give",
                             name, layout.bytes_of_segment(segment), stored, layout.compression));
  }

  std::uint64_t check_segments(const TiffLayout& layout) {
    const auto offsets =
        whole_numbers(segment_entry(layout, tiff_tag::kStripOffsets, tiff_tag::kTileOffsets));
    const auto counts =
        whole_numbers(segment_entry(layout, tiff_tag::kStripByteCounts, tiff_tag::kTileByteCounts));
    const std::uint64_t expansion = largest_expansion(layout.compression);
    std::uint64_t stored = 0;
    for (std::uint64_t i = 0; i < layout.n_segments; ++i) {
      const std::uint64_t decoded = layout.bytes_of_segment(i);
      const bool sound = offsets[i] != 0 && counts[i] != 0 && file_.holds(offsets[i], counts[i]) &&
                         counts[i] >= decoded / expansion;
      if (!sound) refuse_segment(layout, i, offsets[i], counts[i]);
      if (layout.compression == 1 && counts[i] > decoded && out_.surplus_bytes.empty()) {
        out_.surplus_bytes = fmt::format("page {}: {} of the {} bytes at {} belong to no row",
                                         page_, counts[i] - decoded, counts[i], offsets[i]);
      }
      use(offsets[i], counts[i], page_);
      stored += counts[i];
    }
    const bool smallest = out_.smallest_page_bytes == 0 || stored < out_.smallest_page_bytes;
    if (smallest) out_.smallest_page_bytes = stored;
    return offsets.front();
  }

  std::uint32_t index_of(const TiffLayout& layout) {
    const auto found = std::find(out_.layouts.begin(), out_.layouts.end(), layout);
    if (found == out_.layouts.end()) {
      if (out_.layouts.size() == kMaxLayouts) {
        fail(directory_, fmt::format("the pages have more than {} different layouts", kMaxLayouts));
      }
      out_.layouts.push_back(layout);
      return static_cast<std::uint32_t>(out_.layouts.size() - 1);
    }
    return static_cast<std::uint32_t>(found - out_.layouts.begin());
  }

  void use(std::uint64_t offset, std::uint64_t length, std::int64_t page) {
    if (!extents_.empty() && extents_.back().page == page &&
        extents_.back().offset + extents_.back().length == offset) {
      extents_.back().length += length;
    } else {
      extents_.push_back({offset, length, page});
    }
  }

  /// Finds what no page uses (a lost page?) and what several use (a repeated page?).
  void account_for_bytes() {
    std::sort(extents_.begin(), extents_.end(),
              [](const Extent& a, const Extent& b) { return a.offset < b.offset; });
    std::uint64_t covered = out_.big ? 16 : 8;
    Extent furthest = {0, covered, -1};
    for (const Extent& extent : extents_) {
      const std::uint64_t end = extent.offset + extent.length;
      if (extent.offset > covered) out_.unreferenced_bytes += extent.offset - covered;
      covered = std::max(covered, end);
      if (extent.page < 0) continue;
      const bool shared = furthest.page >= 0 && extent.offset < furthest.offset + furthest.length;
      if (shared && out_.shared_bytes.empty()) {
        out_.shared_bytes = fmt::format("pages {} and {} use the same bytes at {}", furthest.page,
                                        extent.page, extent.offset);
      }
      if (end > furthest.offset + furthest.length) furthest = extent;
    }
    out_.unreferenced_bytes += file_.size() - std::min(covered, file_.size());
  }

  const InputFile& file_;
  const ReadOptions& options_;
  TiffStructure out_;
  std::unordered_set<std::uint64_t> visited_;
  std::vector<Extent> extents_;
  std::vector<Entry> entries_;
  std::vector<std::byte> buffer_;
  std::uint64_t values_left_;
  std::uint64_t link_bytes_ = 4;
  std::uint64_t directory_ = 0;
  std::uint64_t next_ = 0;
  std::int64_t page_ = 0;
};

}  // namespace

TiffStructure walk_tiff(const InputFile& file, const ReadOptions& options) {
  return Walker(file, options).walk();
}

}  // namespace parfocal::formats
