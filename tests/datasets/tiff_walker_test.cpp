// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/tiff_walker.h"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>

#include "tests/datasets/golden_images.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tiff_bytes.h"

namespace parfocal::formats {
namespace {

using test::TiffBytes;
using testing::HasSubstr;

void overwrite(std::string& bytes, std::uint64_t offset, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) {
    bytes[offset + i] = static_cast<char>((value >> (8 * i)) & 0xFF);
  }
}

/// A file of two pages with one thing wrong in page 1 (directory at byte 156, data at 270).
struct Wrong {
  std::string name;
  std::function<void(TiffBytes::Page&)> change;
  std::string message;
};

std::string refusal_of(const std::string& bytes, const ReadOptions& options = {}) {
  const test::ScratchFolder folder;
  return refusal_of_stack(folder.write("case.tif", bytes), options);
}

class WrongTag : public testing::TestWithParam<Wrong> {};

TEST_P(WrongTag, IsRefusedWithPageAndByteInShortTime) {
  TiffBytes tiff;
  tiff.add_page();
  GetParam().change(tiff.add_page());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(refusal_of(tiff.encode()), GetParam().message);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  EXPECT_LE(taken.count(), 0.1);
}

const std::string kEnd =
    "; repair or re-export the file, or read the whole frames before the "
    "damage with --allow-truncated";

INSTANTIATE_TEST_SUITE_P(
    Tags, WrongTag,
    testing::Values(
        Wrong{"huge_width", [](auto& page) { page.tags[256].values = {0xFFFFFFFF}; },
              "page 1, byte 146: a frame of 4 x 4294967295 x 1 samples takes 17179869180 bytes, "
              "the limit is 2147483648"},
        Wrong{"overflow",
              [](auto& page) {
                page.tags[256].values = {0xFFFFFFFF};
                page.tags[257].values = {0xFFFFFFFF};
                page.tags[277].values = {3};
                page.tags[258].values = {32};
              },
              "page 1, byte 146: the sizes 18446744065119617025 and 12 overflow 64 bits"},
        Wrong{"no_rows", [](auto& page) { page.tags[257].values = {0}; },
              "page 1, byte 146: the image size is 0 x 6 (height x width)"},
        Wrong{"no_rows_per_strip", [](auto& page) { page.tags[278].values = {0}; },
              "page 1, byte 146: the strip size is 0 x 6 (height x width)"},
        Wrong{"many_samples", [](auto& page) { page.tags[277].values = {65535}; },
              "frame 1 (page 1, byte 146): 65535 samples per pixel are not read (1 or 3 are); "
              "split the channels"},
        Wrong{"many_strips", [](auto& page) { page.tags[278].values = {1}; },
              "page 1, byte 208: tag 273 holds 1 values, but the page has 4 strips"},
        Wrong{"absurd_count", [](auto& page) { page.tags[279].count = 0xFFFFFFFF; },
              "frame 1 of 2 is missing: page 1, byte 24: tag 279 needs 17179869180 bytes here, but "
              "the file ends at byte 284" +
                  kEnd},
        Wrong{"offsets_as_ratio",
              [](auto& page) {
                page.tags[273] = {5, {0}, {}};
              },
              "page 1, byte 208: tag 273 has type 5, expected a whole number"},
        Wrong{"unknown_type",
              [](auto& page) {
                page.tags[262].type = 99;
                page.tags[262].values = {1};
              },
              "page 1, byte 196: tag 262 has the unknown type 99"},
        Wrong{"no_offsets", [](auto& page) { page.tags.erase(273); },
              "page 1, byte 146: tag 273 is absent"},
        Wrong{"strips_and_tiles",
              [](auto& page) {
                page.tags[322] = {4, {16}, {}};
                page.tags[323] = {4, {16}, {}};
              },
              "page 1, byte 146: the page mixes tags of strips and of tiles"},
        Wrong{"strip_outside", [](auto& page) { page.tags[273].values = {100000}; },
              "frame 1 of 2 is missing: page 1, byte 100000: strip 0 needs 24 bytes here, but the "
              "file ends at byte 284" +
                  kEnd},
        Wrong{"strip_too_long", [](auto& page) { page.tags[279].values = {25}; },
              "frame 1 of 2 is missing: page 1, byte 260: strip 0 needs 25 bytes here, but the "
              "file ends at byte 284" +
                  kEnd},
        Wrong{"strip_too_short", [](auto& page) { page.tags[279].values = {23}; },
              "page 1, byte 260: strip 0 claims 24 bytes from 23 stored, more than compression 1 "
              "can give"},
        Wrong{"empty_strip", [](auto& page) { page.tags[279].values = {0}; },
              "frame 1 of 2 is missing: page 1, byte 146: strip 0 holds no data" + kEnd},
        Wrong{"predictor_alone",
              [](auto& page) {
                page.tags[317] = {3, {2}, {}};
              },
              "frame 1 (page 1, byte 146): predictor 2 has no meaning with compression 1"},
        Wrong{"mixed_bits",
              [](auto& page) {
                page.tags[277].values = {3};
                page.tags[258].values = {8, 8, 16};
              },
              "page 1, byte 146: tag 258 differs between the samples of a pixel"},
        Wrong{
            "twelve_bits", [](auto& page) { page.tags[258].values = {12}; },
            "frame 1 (page 1, byte 146): samples of 12 bits with sample format 1 are not read (8, "
            "16, 32-bit integers and 32, 64-bit floats are)"},
        Wrong{"reversed_bits",
              [](auto& page) {
                page.tags[266] = {3, {2}, {}};
              },
              "frame 1 (page 1, byte 146): fill order 2 (bits reversed) is not read; convert with "
              "\"tiffcp -f msb2lsb\""},
        Wrong{"other_size",
              [](auto& page) {
                page.tags[256].values = {4};
                page.tags[257].values = {6};
                page.tags[278].values = {6};
              },
              "frame 1 (page 1, byte 146): 6 x 4 x 1 uint8 differs from frame 0: 4 x 6 x 1 uint8; "
              "all frames must be alike"},
        Wrong{"other_type",
              [](auto& page) {
                page.tags[339] = {3, {2}, {}};
              },
              "frame 1 (page 1, byte 146): 4 x 6 x 1 int8 differs from frame 0: 4 x 6 x 1 uint8; "
              "all frames must be alike"},
        Wrong{
            "palette", [](auto& page) { page.tags[262].values = {3}; },
            "frame 1 (page 1, byte 146): photometric interpretation 3 with 1 samples per pixel is "
            "not read (1 = min is black, 2 = RGB are)"}),
    [](const auto& info) { return info.param.name; });

class Chain : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 10; ++i) tiff_.add_page(4, 6, static_cast<char>(i));
    bytes_ = tiff_.encode();
  }
  void link(std::size_t from, std::uint64_t to) {
    overwrite(bytes_, tiff_.pages[from].link_offset, to, 4);
  }

  TiffBytes tiff_;
  std::string bytes_;
};

TEST_F(Chain, ThatReturnsIsALoop) {
  link(9, tiff_.pages[3].directory_offset);
  EXPECT_EQ(refusal_of(bytes_),
            "page 10, byte 1360: the chain of pages returns to byte 422: a loop");
}

TEST_F(Chain, ThatPointsToItselfIsALoop) {
  link(4, tiff_.pages[4].directory_offset);
  EXPECT_EQ(refusal_of(bytes_), "page 5, byte 670: the chain of pages returns to byte 560: a loop");
}

TEST_F(Chain, ThatLeavesTheFileNamesTheMissingFrame) {
  link(4, 1 << 20);
  EXPECT_EQ(
      refusal_of(bytes_),
      "frame 5 of 6 is missing: page 5, byte 1048576: a directory needs 2 bytes here, but the "
      "file ends at byte 1388" +
          kEnd);
}

TEST_F(Chain, WithAnEmptyDirectoryNamesTheMissingFrame) {
  overwrite(bytes_, tiff_.pages[7].directory_offset, 0, 2);
  EXPECT_EQ(refusal_of(bytes_),
            "frame 7 of 8 is missing: page 7, byte 974: the directory of the page is empty" + kEnd);
}

TEST_F(Chain, ThatSkipsPagesIsNeverSilent) {
  link(2, tiff_.pages[7].directory_offset);
  const test::ScratchFolder folder;
  const auto stack = open_stack(folder.write("case.tif", bytes_));
  EXPECT_EQ(stack->info().n_frames, 6);
  EXPECT_THAT(
      stack->info().warnings,
      testing::ElementsAre("case.tif: 552 bytes belong to no page; pages may have been lost"));
}

TEST_F(Chain, ThatEndsEarlyIsNeverSilent) {
  link(2, 0);
  const test::ScratchFolder folder;
  EXPECT_THAT(
      open_stack(folder.write("case.tif", bytes_))->info().warnings,
      testing::ElementsAre("case.tif: 966 bytes belong to no page; pages may have been lost"));
}

TEST_F(Chain, ThatUsesTheSameStripTwiceIsNeverSilent) {
  tiff_.pages[5].tags[273].values = {tiff_.pages[2].data_offset};
  const test::ScratchFolder folder;
  EXPECT_THAT(open_stack(folder.write("case.tif", tiff_.encode()))->info().warnings,
              testing::Contains("case.tif: pages 2 and 5 use the same bytes at 398"));
}

TEST(Walker, RefusesSizeAmplificationBeforeAnyAllocation) {
  TiffBytes tiff;
  for (int i = 0; i < 2000; ++i) {
    TiffBytes::Page& page = tiff.add_page(1, 1);
    page.tags[256].values = page.tags[257].values = page.tags[278].values = {4096};
    page.data.assign(i == 0 ? 1'000'000 : 0, 'x');
    page.tags[259].values = {50000};
    page.tags[273].values = {i == 0 ? 0U : tiff.pages[0].data_offset};
    page.tags[279].values = {1'000'000};
    if (i == 0) (void)tiff.encode();
  }
  EXPECT_EQ(refusal_of(tiff.encode()),
            "2000 frames of 16777216 bytes exceed the limit of 17179869184 decoded bytes (the file "
            "has 1228008)");
}

TEST(Walker, RefusesMoreThanACodecCanGive) {
  for (const auto& [codec, bound] : {std::pair{5U, 2560U}, {8U, 1032U}, {32773U, 64U}}) {
    TiffBytes tiff;
    TiffBytes::Page& page = tiff.add_page(1000, 1000);
    const std::uint64_t stored = 1'000'000 / bound - 1;
    page.data.assign(stored, '\0');
    page.tags[259].values = {codec};
    page.tags[279].values = {stored};
    EXPECT_EQ(refusal_of(tiff.encode()),
              "page 0, byte 122: strip 0 claims 1000000 bytes from " + std::to_string(stored) +
                  " stored, more than compression " + std::to_string(codec) + " can give");
  }
}

TEST(Walker, ReadsTwentyThousandPagesInShortTime) {
  TiffBytes tiff;
  for (int i = 0; i < 20'000; ++i) tiff.add_page(1, 1);
  const test::ScratchFolder folder;
  const auto path = folder.write("case.tif", tiff.encode());
  const auto begin = std::chrono::steady_clock::now();
  const auto stack = open_stack(path);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(stack->info().n_frames, 20'000);
  EXPECT_THAT(stack->info().warnings, testing::IsEmpty());
  EXPECT_LE(taken.count(), 5.0);
}

TEST(Walker, RefusesMorePagesThanItsLimit) {
  EXPECT_EQ(ReadOptions{}.max_pages, 1'048'576);
  TiffBytes tiff;
  for (int i = 0; i < 6; ++i) tiff.add_page();
  const std::string bytes = tiff.encode();
  EXPECT_EQ(refusal_of(bytes, {.max_pages = 6}), "no error");
  EXPECT_EQ(refusal_of(bytes, {.max_pages = 5}),
            "page 5, byte 698: the chain holds more than 5 pages");
}

TEST(Walker, NamesBytesThatBelongToNoRow) {
  TiffBytes tiff;
  tiff.add_page(4, 6);
  tiff.pages[0].tags[257].values = tiff.pages[0].tags[278].values = {3};
  const test::ScratchFolder folder;
  EXPECT_THAT(open_stack(folder.write("case.tif", tiff.encode()))->info().warnings,
              testing::ElementsAre("case.tif: page 0: 6 of the 24 bytes at 122 belong to no row"));
}

TEST(Walker, ReadsBigTiffAndRefusesItsOwnMistakes) {
  TiffBytes tiff(true);
  tiff.add_page();
  tiff.add_page();
  std::string bytes = tiff.encode();
  const test::ScratchFolder folder;
  EXPECT_EQ(open_stack(folder.write("good.tif", bytes))->info().n_frames, 2);
  std::string wrong = bytes;
  overwrite(wrong, 4, 4, 2);
  EXPECT_EQ(refusal_of(wrong), "byte 4: the BigTIFF header does not announce 8-byte offsets");
  wrong = bytes;
  overwrite(wrong, tiff.pages[1].directory_offset, 1ULL << 60, 8);
  EXPECT_THAT(refusal_of(wrong), HasSubstr("a directory of 1152921504606846976 entries"));
  wrong = bytes;
  overwrite(wrong, tiff.pages[1].directory_offset + 8 + 4, 1ULL << 62, 8);
  EXPECT_THAT(refusal_of(wrong), HasSubstr("tag 256 holds 4611686018427387904 values"));
  EXPECT_EQ(refusal_of(bytes.substr(0, 12)), "byte 8: the BigTIFF header is cut off");
}

}  // namespace
}  // namespace parfocal::formats
