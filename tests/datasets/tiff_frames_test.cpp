// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/tiff_frames.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/datasets/golden_images.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tiff_bytes.h"

namespace parfocal::formats {
namespace {

using test::TiffBytes;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kEnd =
    "; repair or re-export the file, or read the whole frames before the damage with "
    "--allow-truncated";

/// Pages of 4 x 6 uint8; page p is filled with p.
TiffBytes pages_with(int n_pages, const std::string& description) {
  TiffBytes tiff;
  for (int i = 0; i < n_pages; ++i) tiff.add_page(4, 6, static_cast<char>(i));
  tiff.describe(description);
  return tiff;
}

std::string ome(const std::string& sizes, const std::string& tiff_data,
                const std::string& uuid = "") {
  return "<?xml version=\"1.0\"?><OME" + uuid +
         "><Image ID=\"Image:0\"><Pixels Type=\"uint8\" SizeX=\"6\" SizeY=\"4\" " + sizes + ">" +
         tiff_data + "</Pixels></Image></OME>";
}

const std::string kZct = "DimensionOrder=\"XYZCT\" SizeZ=\"2\" SizeC=\"3\" SizeT=\"2\"";

/// The fill value of each frame, which tells the page it came from.
std::vector<int> pages_of(const std::filesystem::path& path, const ReadOptions& options = {}) {
  std::vector<int> pages;
  const auto stack = open_stack(path, options);
  for (std::int64_t i = 0; i < stack->info().n_frames; ++i) {
    pages.push_back(static_cast<int>(sample_of(stack->read_frame(i), 0)));
  }
  return pages;
}

TEST(OmeFrames, FollowEveryDimensionOrder) {
  const test::ScratchFolder folder;
  for (const std::string order : {"XYZCT", "XYZTC", "XYCTZ", "XYCZT", "XYTCZ", "XYTZC"}) {
    const std::string sizes =
        "DimensionOrder=\"" + order + "\" SizeZ=\"2\" SizeC=\"3\" SizeT=\"2\"";
    const auto path = folder.write("case.tif", pages_with(12, ome(sizes, "<TiffData/>")).encode());
    const std::vector<int> pages = pages_of(path);
    ASSERT_EQ(pages.size(), 12);
    for (int t = 0; t < 2; ++t) {
      for (int c = 0; c < 3; ++c) {
        for (int z = 0; z < 2; ++z) {
          int expected = 0;
          int stride = 1;
          for (const char axis : order.substr(2)) {
            expected += stride * (axis == 'Z' ? z : axis == 'C' ? c : t);
            stride *= axis == 'C' ? 3 : 2;
          }
          EXPECT_EQ(pages[static_cast<std::size_t>(z + 2 * (c + 3 * t))], expected) << order;
        }
      }
    }
  }
}

TEST(OmeFrames, FollowTiffDataThatPermutesPages) {
  const test::ScratchFolder folder;
  std::string data;
  for (int t = 0; t < 4; ++t) data += fmt::format("<TiffData IFD=\"{}\" FirstT=\"{}\"/>", 3 - t, t);
  const std::string sizes = "DimensionOrder=\"XYZCT\" SizeZ=\"1\" SizeC=\"1\" SizeT=\"4\"";
  EXPECT_THAT(pages_of(folder.write("case.tif", pages_with(4, ome(sizes, data)).encode())),
              ElementsAre(3, 2, 1, 0));
}

TEST(OmeFrames, WithoutAPageAreMissing) {
  const test::ScratchFolder folder;
  const auto path = folder.write("a.tif", pages_with(11, ome(kZct, "<TiffData/>")).encode());
  EXPECT_EQ(refusal_of_stack(path),
            "frame 11 of 12 is missing: page 11, byte 1684: the chain of pages ends here after 11 "
            "pages" +
                std::string(kEnd));
  const auto unassigned =
      folder.write("b.tif", pages_with(12, ome(kZct, "<TiffData IFD=\"0\"/>")).encode());
  EXPECT_EQ(
      refusal_of_stack(unassigned),
      "frame 1 of 12 is missing: no TiffData element assigns a page to it" + std::string(kEnd));
}

TEST(OmeFrames, BeyondTheAnnouncedOnesAreAWarning) {
  const test::ScratchFolder folder;
  const auto stack =
      open_stack(folder.write("a.tif", pages_with(14, ome(kZct, "<TiffData/>")).encode()));
  EXPECT_EQ(stack->info().n_frames, 12);
  EXPECT_THAT(stack->info().warnings, ElementsAre("a.tif: 2 pages belong to no frame"));
}

struct WrongOme {
  std::string name;
  std::string xml;
  std::string message;
};

class WrongDescription : public testing::TestWithParam<WrongOme> {};

TEST_P(WrongDescription, IsRefusedWithTheRule) {
  const test::ScratchFolder folder;
  const auto path = folder.write("a.tif", pages_with(12, GetParam().xml).encode());
  EXPECT_EQ(refusal_of_stack(path), "image description: " + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Ome, WrongDescription,
    testing::Values(
        WrongOme{"repeated_page", ome(kZct, "<TiffData/><TiffData IFD=\"0\" FirstT=\"1\"/>"),
                 "TiffData gives frame 6 to page 6 and to page 0"},
        WrongOme{"same_page_twice",
                 ome(kZct, "<TiffData IFD=\"3\"/><TiffData IFD=\"3\" FirstT=\"1\"/>"),
                 "TiffData gives page 3 to several frames"},
        WrongOme{"beyond", ome(kZct, "<TiffData IFD=\"0\" FirstC=\"3\"/>"),
                 "TiffData FirstC = 3 is beyond SizeC = 3"},
        WrongOme{"too_many", ome(kZct, "<TiffData IFD=\"0\" PlaneCount=\"13\"/>"),
                 "TiffData names a plane beyond the sizes of the image"},
        WrongOme{"huge",
                 ome("DimensionOrder=\"XYZCT\" SizeZ=\"3000000000\" SizeC=\"3000000000\" "
                     "SizeT=\"3000000000\"",
                     ""),
                 "3000000000 channels x 3000000000 planes x 3000000000 times are more than 4194304 "
                 "frames"},
        WrongOme{"order", ome("DimensionOrder=\"XYZZT\" SizeZ=\"1\" SizeC=\"1\" SizeT=\"12\"", ""),
                 "DimensionOrder = \"XYZZT\" is not defined"},
        WrongOme{"number",
                 ome("DimensionOrder=\"XYZCT\" SizeZ=\"1e3\" SizeC=\"1\" SizeT=\"1\"", ""),
                 "SizeZ = \"1e3\" is not a whole number >= 1"},
        WrongOme{"zero", ome("DimensionOrder=\"XYZCT\" SizeZ=\"0\" SizeC=\"1\" SizeT=\"1\"", ""),
                 "SizeZ = \"0\" is not a whole number >= 1"},
        WrongOme{"folder",
                 ome(kZct, "<TiffData IFD=\"0\"><UUID FileName=\"../x.tif\">u</UUID></TiffData>"),
                 "FileName \"../x.tif\" is not a plain file name"},
        WrongOme{"companion", "<OME><BinaryOnly MetadataFile=\"x.companion.ome\"/></OME>",
                 "the metadata stand in a companion file (BinaryOnly), which is not read; convert "
                 "with \"bfconvert IN.ome.tif OUT.ome.tif\""},
        WrongOme{"empty", "<OME></OME>", "OME holds no image"},
        WrongOme{"samples", ome(kZct, "<Channel SamplesPerPixel=\"3\"/><TiffData/>"),
                 "SamplesPerPixel = 3, but the pages hold 1"},
        WrongOme{"entity", "<!DOCTYPE a [<!ENTITY b \"c\">]><OME/>",
                 "XML byte 0: a document type declaration is not accepted"},
        WrongOme{"imagej", "ImageJ=1.53\nimages=12\nchannels=5\n",
                 "images=12, but channels=5 slices=1 frames=1"},
        WrongOme{"imagej_count", "ImageJ=1.53\nimages=-1\n",
                 "images = \"-1\" is not a whole number >= 1"}),
    [](const auto& info) { return info.param.name; });

TEST(OmeDescription, MustAgreeWithThePages) {
  const test::ScratchFolder folder;
  std::string xml = ome(kZct, "<TiffData/>");
  xml.replace(xml.find("SizeX=\"6\""), 9, "SizeX=\"7\"");
  EXPECT_EQ(refusal_of_stack(folder.write("a.tif", pages_with(12, xml).encode())),
            "image description: SizeY x SizeX = 4 x 7, but the pages are 4 x 6");
  xml = ome(kZct, "<TiffData/>");
  xml.replace(xml.find("uint8"), 5, "int8 ");
  EXPECT_EQ(refusal_of_stack(folder.write("b.tif", pages_with(12, xml).encode())),
            "image description: Type = \"int8 \", but the pages hold uint8");
}

TEST(OmeSet, OfSeveralFilesIsReadWhole) {
  const test::ScratchFolder folder;
  const std::string sizes = "DimensionOrder=\"XYZCT\" SizeZ=\"1\" SizeC=\"1\" SizeT=\"5\"";
  const std::string data =
      "<TiffData IFD=\"0\" PlaneCount=\"3\"><UUID FileName=\"a.tif\">one</UUID></TiffData>"
      "<TiffData IFD=\"0\" FirstT=\"3\" PlaneCount=\"2\"><UUID FileName=\"b.tif\">two</UUID>"
      "</TiffData>";
  const auto path = folder.write("a.tif", pages_with(3, ome(sizes, data)).encode());
  EXPECT_EQ(refusal_of_stack(path),
            "frame 3 of 5 is missing: the file b.tif is absent" + std::string(kEnd));
  EXPECT_THAT(pages_of(path, {.allow_truncated = true}), ElementsAre(0, 1, 2));
  TiffBytes other;
  other.add_page(4, 6, 40);
  other.add_page(4, 6, 41);
  folder.write("b.tif", other.encode());
  EXPECT_THAT(pages_of(path), ElementsAre(0, 1, 2, 40, 41));
}

TEST(ImageJFrames, InOneDirectoryAreReadFromTheirPlaces) {
  const test::ScratchFolder folder;
  TiffBytes tiff;
  TiffBytes::Page& page = tiff.add_page(4, 6, 0);
  tiff.describe("ImageJ=1.53t\nimages=5\nslices=5\nunit=\\u00B5m\n");
  for (char plane = 1; plane < 5; ++plane) page.data += std::string(24, plane);
  page.tags[282] = {5, {(1ULL << 32) | 8}, {}};
  page.tags[283] = {5, {(1ULL << 32) | 10}, {}};
  const std::string bytes = tiff.encode();
  const auto path = folder.write("a.tif", bytes);
  EXPECT_THAT(pages_of(path), ElementsAre(0, 1, 2, 3, 4));
  const auto stack = open_stack(path);
  EXPECT_EQ(stack->info().n_z, 5);
  EXPECT_EQ(stack->info().pitch_x_m, 1.25e-7);
  EXPECT_EQ(stack->info().pitch_y_m, 1e-7);
  EXPECT_THAT(stack->info().warnings, IsEmpty());

  const auto cut = folder.write("b.tif", bytes.substr(0, bytes.size() - 25));
  EXPECT_EQ(refusal_of_stack(cut),
            fmt::format("frame 3 of 5 is missing: byte {}: 24 bytes are needed here, but the file "
                        "ends at byte {}{}",
                        page.data_offset + 72, bytes.size() - 25, kEnd));
  EXPECT_THAT(pages_of(cut, {.allow_truncated = true}), ElementsAre(0, 1, 2));
}

TEST(ImageJFrames, FewerThanTheFileHoldsAreAWarning) {
  const test::ScratchFolder folder;
  TiffBytes tiff;
  tiff.add_page(4, 6, 0).data += std::string(48, 1);
  tiff.describe("ImageJ=1.53t\nimages=2\n");
  EXPECT_THAT(open_stack(folder.write("a.tif", tiff.encode()))->info().warnings,
              ElementsAre("a.tif: 24 bytes belong to no page; pages may have been lost"));
}

TEST(ImageJFrames, BeyondFourGibibytesAreReadFromTheirPlaces) {
  const test::ScratchFolder folder;
  TiffBytes tiff;
  TiffBytes::Page& page = tiff.add_page(1024, 1024, 9);
  tiff.describe("ImageJ=1.53t\nimages=5000\nframes=5000\n");
  const auto path = folder.write("a.tif", tiff.encode());
  const std::uint64_t last = page.data_offset + (4999ULL << 20);
  std::filesystem::resize_file(path, last + (1 << 20));  // sparse
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(last));
    file << std::string(1 << 20, 77);
  }
  const auto stack = open_stack(path);
  EXPECT_EQ(stack->info().n_frames, 5000);
  EXPECT_EQ(sample_of(stack->read_frame(0), 5), 9);
  EXPECT_EQ(sample_of(stack->read_frame(4999), 5), 77);
}

TEST(ImageJFrames, BetweenDirectoriesAreNotTakenForContiguous) {
  const test::ScratchFolder folder;
  TiffBytes tiff = pages_with(3, "ImageJ=1.53t\nimages=3\n");
  std::string bytes = tiff.encode();
  // Cut the chain after page 0 and move its directory behind the data of all pages.
  const auto path = folder.write("a.tif", bytes);
  EXPECT_THAT(pages_of(path), ElementsAre(0, 1, 2));
  for (int i = 0; i < 4; ++i) bytes[tiff.pages[1].link_offset + static_cast<std::size_t>(i)] = 0;
  EXPECT_THAT(refusal_of_stack(folder.write("b.tif", bytes)),
              HasSubstr("frame 2 of 3 is missing: page 2"));
}

TEST(Truncation, AtEveryByteIsRefusedOrLosesNoFrame) {
  const test::ScratchFolder folder;
  for (const std::string& description :
       {std::string("plain"), std::string("ImageJ=1.53t\nimages=8\n"),
        ome("DimensionOrder=\"XYZCT\" SizeZ=\"1\" SizeC=\"1\" SizeT=\"8\"", "<TiffData/>")}) {
    TiffBytes tiff = pages_with(8, description);
    const std::string bytes = tiff.encode();
    const auto path = folder.write("cut.tif", bytes);
    for (std::size_t size = bytes.size() - 1; size > 0; --size) {
      std::filesystem::resize_file(path, size);
      const std::string message = refusal_of_stack(path);
      ASSERT_NE(message, "no error") << size;
      std::int64_t whole = 0;
      for (const auto& page : tiff.pages) whole += page.data_offset + page.data.size() <= size;
      if (whole == 0) continue;
      ASSERT_THAT(message, HasSubstr(fmt::format("frame {} of ", whole))) << size;
      ASSERT_THAT(message, HasSubstr(fmt::format("page {}, byte ", whole))) << size;
      const auto stack = open_stack(path, {.allow_truncated = true});
      ASSERT_EQ(stack->info().n_frames, whole) << size;
      ASSERT_EQ(sample_of(stack->read_frame(whole - 1), 0), whole - 1);
      ASSERT_THAT(stack->info().warnings,
                  Contains(HasSubstr(fmt::format("truncated: {} of ", whole))));
    }
  }
}

TEST(Truncation, OfSeveralAxesKeepsTheOrderOfTheFile) {
  const test::ScratchFolder folder;
  TiffBytes tiff = pages_with(12, ome(kZct, "<TiffData/>"));
  const std::string bytes = tiff.encode().substr(0, tiff.pages[7].data_offset + 10);
  const auto stack = open_stack(folder.write("a.tif", bytes), {.allow_truncated = true});
  EXPECT_EQ(stack->info().n_t, 7);
  EXPECT_EQ(stack->info().n_z, 1);
  EXPECT_EQ(stack->info().n_channels, 1);
  EXPECT_EQ(stack->info().n_frames_expected, 12);
  EXPECT_EQ(stack->info().n_frames_found, 7);
}

}  // namespace
}  // namespace parfocal::formats
