// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/ome_tiff_writer.h"

#include <gmock/gmock.h>
#include <tiffio.h>

#include "core/check.h"
#include "tests/datasets/golden_images.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Array ramp(std::vector<std::int64_t> shape) {
  Array array{SampleType::kFloat32, std::move(shape), {}};
  const auto count = static_cast<std::size_t>(number_of_samples(array.shape));
  array.bytes.resize(count * 4);
  for (std::size_t i = 0; i < count; ++i) {
    const float value = static_cast<float>(i) * 1.25F - 3.0e7F;
    std::memcpy(array.bytes.data() + 4 * i, &value, 4);
  }
  return array;
}

OmeMetadata described() {
  OmeMetadata metadata;
  metadata.pitch_y_m = 0.8e-6;
  metadata.pitch_x_m = 0.65e-6;
  metadata.pitch_z_m = 1e-6;
  metadata.channel_names = {"red <&> \"1\"", "\xC2\xB5"};
  metadata.provenance_json = R"({"seed": 3})";
  metadata.uuid = "urn:uuid:00000000-0000-5000-8000-000000000000";
  return metadata;
}

/// Pages, numbers, resolution and description as libtiff alone sees them.
struct SeenByLibtiff {
  std::vector<std::byte> bytes;
  std::string description;
  float pixels_per_cm_x = 0;
  int pages = 0;
};

SeenByLibtiff seen_by_libtiff(const std::filesystem::path& path) {
  SeenByLibtiff seen;
  TIFF* tiff = TIFFOpen(path.c_str(), "r");
  do {
    ++seen.pages;
    const char* text = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &text) != 0) seen.description = text;
    TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &seen.pixels_per_cm_x);
    for (std::uint32_t strip = 0; strip < TIFFNumberOfStrips(tiff); ++strip) {
      std::vector<std::byte> bytes(static_cast<std::size_t>(TIFFStripSize(tiff)));
      const tmsize_t got = TIFFReadEncodedStrip(tiff, strip, bytes.data(), -1);
      seen.bytes.insert(seen.bytes.end(), bytes.begin(), bytes.begin() + got);
    }
  } while (TIFFReadDirectory(tiff) != 0);
  TIFFClose(tiff);
  return seen;
}

TEST(OmeTiffWriter, WritesWhatLibtiffAndOurReaderRead) {
  const test::ScratchFolder folder;
  for (const bool big : {false, true}) {
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{1, 1}, {15, 22}, {2, 15, 22}, {2, 3, 13, 7}, {2, 600, 800}}) {
      OmeMetadata metadata = shape.size() == 2 ? OmeMetadata{} : described();
      metadata.big_tiff = big;
      const Array planes = ramp(shape);
      write_ome_tiff(folder / "a.ome.tif", planes, metadata);
      const auto stack = open_stack(folder / "a.ome.tif");
      const StackInfo& info = stack->info();
      EXPECT_EQ(info.format, "ome-tiff");
      EXPECT_EQ(info.type, SampleType::kFloat32);
      EXPECT_EQ(info.n_y, shape[shape.size() - 2]);
      EXPECT_EQ(info.n_x, shape[shape.size() - 1]);
      EXPECT_EQ(info.n_channels, shape.size() >= 3 ? shape[0] : 1);
      EXPECT_EQ(info.n_z, shape.size() == 4 ? shape[1] : 1);
      std::vector<std::byte> all;
      for (std::int64_t f = 0; f < info.n_frames; ++f) {
        const Array frame = stack->read_frame(f);
        all.insert(all.end(), frame.bytes.begin(), frame.bytes.end());
      }
      EXPECT_EQ(all, planes.bytes);
      EXPECT_THAT(info.warnings, IsEmpty());
      const SeenByLibtiff seen = seen_by_libtiff(folder / "a.ome.tif");
      EXPECT_EQ(seen.bytes, planes.bytes);
      EXPECT_EQ(seen.pages, info.n_frames);
    }
  }
}

TEST(OmeTiffWriter, StoresPixelSizeNamesAndProvenance) {
  const test::ScratchFolder folder;
  write_ome_tiff(folder / "a.ome.tif", ramp({2, 3, 15, 22}), described());
  const StackInfo info = open_stack(folder / "a.ome.tif")->info();
  EXPECT_EQ(info.pitch_x_m, 0.65e-6);
  EXPECT_EQ(info.pitch_y_m, 0.8e-6);
  EXPECT_EQ(info.pitch_z_m, 1e-6);
  EXPECT_THAT(info.channel_names, ElementsAre("red <&> \"1\"", "\xC2\xB5"));
  const SeenByLibtiff seen = seen_by_libtiff(folder / "a.ome.tif");
  EXPECT_NEAR(seen.pixels_per_cm_x, 0.01 / 0.65e-6, 1e-2);
  EXPECT_THAT(seen.description, HasSubstr("{&quot;seed&quot;: 3}"));
  EXPECT_THAT(seen.description, HasSubstr("urn:uuid:00000000-0000-5000-8000-000000000000"));
}

TEST(OmeTiffWriter, SameInputGivesTheSameBytes) {
  const test::ScratchFolder folder;
  write_ome_tiff(folder / "a.ome.tif", ramp({2, 15, 22}), described());
  write_ome_tiff(folder / "b.ome.tif", ramp({2, 15, 22}), described());
  EXPECT_EQ(test::bytes_of_file(folder / "a.ome.tif"), test::bytes_of_file(folder / "b.ome.tif"));
}

TEST(OmeTiffWriter, KeepsNotANumberAndInfinity) {
  const test::ScratchFolder folder;
  Array planes = ramp({1, 3});
  const float odd[3] = {std::numeric_limits<float>::quiet_NaN(),
                        -std::numeric_limits<float>::infinity(), -0.0F};
  std::memcpy(planes.bytes.data(), odd, sizeof(odd));
  write_ome_tiff(folder / "a.ome.tif", planes);
  EXPECT_EQ(open_stack(folder / "a.ome.tif")->read_frame(0).bytes, planes.bytes);
}

TEST(OmeTiffWriter, RefusesControlCharactersAndOtherTypes) {
  const test::ScratchFolder folder;
  OmeMetadata metadata;
  metadata.channel_names = {"a\x01"};
  try {
    write_ome_tiff(folder / "a.ome.tif", ramp({1, 4, 4}), metadata);
    ADD_FAILURE() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "OME-TIFF: channel name holds the control character 1, which XML cannot store");
  }
  Array doubles = ramp({4, 4});
  doubles.type = SampleType::kFloat64;
  EXPECT_THROW(write_ome_tiff(folder / "a.ome.tif", doubles), LogicError);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.ome.tif"));
}

TEST(OmeTiffMovie, FrameByFrameGivesTheBytesOfTheWhole) {
  const test::ScratchFolder folder;
  const Array frames = ramp({5, 1, 1, 15, 22});
  OmeMetadata metadata;
  metadata.pitch_y_m = metadata.pitch_x_m = 0.1e-6;
  write_ome_tiff(folder / "whole.ome.tif", frames, metadata);
  OmeTiffMovie movie(folder / "movie.ome.tif", 5, 15, 22, metadata);
  const std::size_t bytes = frames.bytes.size() / 5;
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_THROW(movie.commit(), LogicError) << k;
    movie.add(std::span(frames.bytes).subspan(k * bytes, bytes));
  }
  EXPECT_THROW(movie.add(std::span(frames.bytes).first(bytes)), LogicError);
  EXPECT_FALSE(std::filesystem::exists(folder / "movie.ome.tif"));
  movie.commit();
  EXPECT_EQ(test::bytes_of_file(folder / "movie.ome.tif"),
            test::bytes_of_file(folder / "whole.ome.tif"));
  EXPECT_EQ(open_stack(folder / "movie.ome.tif")->info().n_t, 5);
}

TEST(OmeTiffMovie, WithoutCommitNothingIsLeft) {
  const test::ScratchFolder folder;
  const Array frame = ramp({15, 22});
  {
    OmeTiffMovie movie(folder / "movie.ome.tif", 2, 15, 22);
    movie.add(frame.bytes);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace parfocal::formats
