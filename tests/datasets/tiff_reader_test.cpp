// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <tiffio.h>

#include <tuple>

#include "datasets/formats/stack_reader.h"
#include "tests/datasets/golden_images.h"
#include "tests/support/data.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct GoldenFile {
  std::string name;
  SampleType type;
  std::int64_t n_frames;
  std::int64_t n_samples;
};

class GoldenTiff : public testing::TestWithParam<GoldenFile> {};

TEST_P(GoldenTiff, OfAnotherWriterGivesItsNumbers) {
  const GoldenFile& expected = GetParam();
  const auto stack = open_stack(golden_file(expected.name));
  EXPECT_EQ(stack->info().type, expected.type);
  EXPECT_EQ(stack->info().n_samples, expected.n_samples);
  EXPECT_EQ(stack->info().n_frames_expected, expected.n_frames);
  EXPECT_EQ(stack->info().n_frames_found, expected.n_frames);
  EXPECT_THAT(stack->info().warnings, IsEmpty());
  ASSERT_EQ(stack->info().n_frames, expected.n_frames);
  for (std::int64_t f = expected.n_frames; f-- > 0;) {
    EXPECT_TRUE(is_golden_frame(stack->read_frame(f), f)) << "frame " << f;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Golden, GoldenTiff,
    testing::Values(GoldenFile{"plain_pages.tif", SampleType::kUInt16, 3, 1},
                    GoldenFile{"tiled_lzw_predictor_rgb.tif", SampleType::kUInt8, 1, 3},
                    GoldenFile{"deflate_predictor_float32.tif", SampleType::kFloat32, 1, 1},
                    GoldenFile{"deflate_predictor_float32_big_endian.tif", SampleType::kFloat32, 1,
                               1},
                    GoldenFile{"deflate_float64_tiled.tif", SampleType::kFloat64, 2, 1},
                    GoldenFile{"zstd_uint32.tif", SampleType::kUInt32, 2, 1},
                    GoldenFile{"packbits_uint8.tif", SampleType::kUInt8, 1, 1},
                    GoldenFile{"big_endian_bigtiff_planar_int16.tif", SampleType::kInt16, 1, 3},
                    GoldenFile{"int32_big_endian_lzw.tif", SampleType::kInt32, 1, 1}),
    [](const auto& info) { return info.param.name.substr(0, info.param.name.size() - 4); });

/// Writes the golden frame with libtiff, which the reader uses only to decode.
void write_with_libtiff(const std::filesystem::path& path, const char* mode, SampleType type,
                        int compression, int predictor, bool tiled, bool planar) {
  TIFF* tiff = TIFFOpen(path.c_str(), mode);
  ASSERT_NE(tiff, nullptr);
  const std::uint32_t n_y = 15;
  const std::uint32_t n_x = 22;
  const std::uint32_t samples = planar ? 3 : 1;
  const std::size_t width = bytes_per_sample(type);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, n_x);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, n_y);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * width));
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, static_cast<int>(samples));
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, planar ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
  const bool real = type == SampleType::kFloat32 || type == SampleType::kFloat64;
  const bool whole =
      type == SampleType::kUInt8 || type == SampleType::kUInt16 || type == SampleType::kUInt32;
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT,
               real    ? SAMPLEFORMAT_IEEEFP
               : whole ? SAMPLEFORMAT_UINT
                       : SAMPLEFORMAT_INT);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
  if (predictor != 1) TIFFSetField(tiff, TIFFTAG_PREDICTOR, predictor);
  const std::uint32_t across = tiled ? 16 : n_x;
  const std::uint32_t down = tiled ? 16 : 4;
  if (tiled) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, across);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, down);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, down);
  }
  std::uint32_t segment = 0;
  for (std::uint32_t s = 0; s < samples; ++s) {
    for (std::uint32_t y0 = 0; y0 < n_y; y0 += down) {
      for (std::uint32_t x0 = 0; x0 < n_x; x0 += across, ++segment) {
        const std::uint32_t rows = tiled ? down : std::min(down, n_y - y0);
        std::vector<std::byte> bytes(rows * across * width);
        for (std::uint32_t i = 0; i < rows * across; ++i) {
          const double value = golden_value(type, 0, y0 + i / across, x0 + i % across, s);
          std::byte* to = bytes.data() + i * width;
          const auto put = [to](auto number) { std::memcpy(to, &number, sizeof(number)); };
          if (type == SampleType::kUInt8) put(static_cast<std::uint8_t>(value));
          if (type == SampleType::kUInt16) put(static_cast<std::uint16_t>(value));
          if (type == SampleType::kUInt32) put(static_cast<std::uint32_t>(value));
          if (type == SampleType::kInt16) put(static_cast<std::int16_t>(value));
          if (type == SampleType::kInt32) put(static_cast<std::int32_t>(value));
          if (type == SampleType::kFloat32) put(static_cast<float>(value));
          if (type == SampleType::kFloat64) put(value);
        }
        const auto size = static_cast<tmsize_t>(bytes.size());
        const tmsize_t written = tiled ? TIFFWriteEncodedTile(tiff, segment, bytes.data(), size)
                                       : TIFFWriteEncodedStrip(tiff, segment, bytes.data(), size);
        ASSERT_EQ(written, size);
      }
    }
  }
  TIFFClose(tiff);
}

TEST(TiffStack, ReadsEveryCombinationOfTypeCodecAndLayout) {
  const test::ScratchFolder folder;
  int cases = 0;
  TIFFSetWarningHandler(nullptr);  // of the writer
  for (const char* mode : {"wl", "wb", "wl8", "wb8"}) {
    for (const SampleType type :
         {SampleType::kUInt8, SampleType::kUInt16, SampleType::kUInt32, SampleType::kInt16,
          SampleType::kInt32, SampleType::kFloat32, SampleType::kFloat64}) {
      for (const auto& [compression, predictor] : {std::pair{COMPRESSION_NONE, 1},
                                                   {COMPRESSION_LZW, 1},
                                                   {COMPRESSION_LZW, 2},
                                                   {COMPRESSION_ADOBE_DEFLATE, 1},
                                                   {COMPRESSION_ADOBE_DEFLATE, 2},
                                                   {COMPRESSION_DEFLATE, 3},
                                                   {COMPRESSION_PACKBITS, 1},
                                                   {COMPRESSION_ZSTD, 2}}) {
        const bool real = type == SampleType::kFloat32 || type == SampleType::kFloat64;
        // libtiff 4.5.0 itself writes predictor 3 wrongly when big-endian: see the golden file.
        if (predictor == 3 && (!real || mode[1] == 'b')) continue;
        for (const bool tiled : {false, true}) {
          for (const bool planar : {false, true}) {
            const std::filesystem::path path = folder / "case.tif";
            write_with_libtiff(path, mode, type, compression, predictor, tiled, planar);
            const auto stack = open_stack(path);
            EXPECT_TRUE(is_golden_frame(stack->read_frame(0), 0))
                << mode << ' ' << name_of(type) << " compression " << compression << " predictor "
                << predictor << (tiled ? " tiled" : "") << (planar ? " planar" : "");
            EXPECT_THAT(stack->info().warnings, IsEmpty());
            ++cases;
          }
        }
      }
    }
  }
  EXPECT_EQ(cases, 800);
}

TEST(OmeTiff, GivesFramesInCanonicalOrderWithCalibration) {
  const auto stack = open_stack(golden_file("hyperstack.ome.tif"));
  const StackInfo& info = stack->info();
  EXPECT_EQ(info.format, "ome-tiff");
  EXPECT_EQ(info.n_t, 2);
  EXPECT_EQ(info.n_channels, 2);
  EXPECT_EQ(info.n_z, 3);
  EXPECT_EQ(info.n_frames, 12);
  EXPECT_EQ(info.pitch_x_m, 1e-7);
  EXPECT_EQ(info.pitch_y_m, 1.25e-7);
  EXPECT_EQ(info.pitch_z_m, 5e-7);
  EXPECT_THAT(info.channel_names, ElementsAre("red & blue", "green"));
  EXPECT_THAT(info.warnings, IsEmpty());
  for (std::int64_t t = 0; t < 2; ++t) {
    for (std::int64_t c = 0; c < 2; ++c) {
      for (std::int64_t z = 0; z < 3; ++z) {
        const std::int64_t page = c + 2 * (z + 3 * t);  // written TZCYX
        EXPECT_TRUE(is_golden_frame(stack->read_frame(z + 3 * (c + 2 * t)), page));
      }
    }
  }
}

TEST(ImageJTiff, GivesFramesInCanonicalOrderWithCalibration) {
  const auto stack = open_stack(golden_file("hyperstack_imagej.tif"));
  const StackInfo& info = stack->info();
  EXPECT_EQ(info.format, "imagej-tiff");
  EXPECT_EQ(info.n_t, 2);
  EXPECT_EQ(info.n_channels, 2);
  EXPECT_EQ(info.n_z, 3);
  EXPECT_EQ(info.pitch_x_m, 2.5e-7);
  EXPECT_EQ(info.pitch_y_m, 2e-7);
  EXPECT_EQ(info.pitch_z_m, 5e-7);
  for (std::int64_t t = 0; t < 2; ++t) {
    for (std::int64_t c = 0; c < 2; ++c) {
      for (std::int64_t z = 0; z < 3; ++z) {
        EXPECT_TRUE(is_golden_frame(stack->read_frame(z + 3 * (c + 2 * t)), c + 2 * (z + 3 * t)));
      }
    }
  }
  EXPECT_THAT(info.warnings, IsEmpty());
}

TEST(TiffStack, OfUnreadKindSaysWhichKindAndWhatToDo) {
  const auto jpeg = golden_file("jpeg.tif");
  EXPECT_EQ(refusal_of_stack(jpeg),
            "frame 0 (page 0, byte 8): compression 7 is not read (none 1, LZW 5, Deflate 8 and "
            "32946, PackBits 32773, Zstandard 50000 are); convert with \"tiffcp -c lzw\"");
  EXPECT_EQ(refusal_of_stack(golden_file("min_is_white.tif")),
            "frame 0 (page 0, byte 8): photometric interpretation 0 (min is white) is not read, "
            "because the numbers would have to be inverted; convert the file to min-is-black");
  EXPECT_EQ(refusal_of_stack(golden_file("alpha.tif")),
            "frame 0 (page 0, byte 8): 4 samples per pixel are not read (1 or 3 are); split the "
            "channels");
}

// Values read from the file with tifffile.
TEST(DiffuserCamTutorial, PsfHasItsSizeAndNumbers) {
  const auto path = test::data_file("lensless/diffusercam_tutorial/psf_sample.tif");
  PARFOCAL_REQUIRE_FILE(path);
  const auto stack = open_stack(path);
  EXPECT_EQ(stack->info().n_frames, 1);
  EXPECT_EQ(stack->info().n_y, 1200);
  EXPECT_EQ(stack->info().n_x, 1600);
  EXPECT_EQ(stack->info().type, SampleType::kUInt16);
  EXPECT_THAT(stack->info().warnings, IsEmpty());
  const Array frame = stack->read_frame(0);
  double sum = 0;
  for (std::size_t i = 0; i < 1200 * 1600; ++i) sum += sample_of(frame, i);
  EXPECT_EQ(sum, 4404928190);
  EXPECT_EQ(sample_of(frame, 600 * 1600 + 801), 5056);
  EXPECT_EQ(sample_of(frame, 1199 * 1600 + 1599), 32);
}

}  // namespace
}  // namespace parfocal::formats
