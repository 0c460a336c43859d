// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/headless_movie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>

#include "core/error.h"
#include "tests/support/data.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using ::testing::HasSubstr;

constexpr const char* kYaml =
    "Byte Order: <\nData Type: uint16\nFrames: 3\nHeight: 2\nWidth: 4\n---\nPixelsize: 130\n";
constexpr const char* kInf =
    "binning = 1 x 1\ndata type = 16 bit integers (binary, big endian)\n"
    "frame dimensions = 4 x 2\nnumber of frames = 3\n";

class HeadlessMovieTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << text;
  }
  /// Samples 0, 1, 2, ... of three frames, and `extra` bytes.
  void write_samples(const std::string& name, bool big_endian, int extra = 0) const {
    std::string bytes;
    for (int i = 0; i < 24; ++i) {
      const char low = static_cast<char>(i), high = 1;
      bytes += big_endian ? std::string{high, low} : std::string{low, high};
    }
    bytes.resize(static_cast<std::size_t>(48 + extra), 'x');
    write(name, bytes);
  }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }

 private:
  test::ScratchFolder folder_;
};

std::uint16_t sample(const Array& frame, std::size_t index) {
  std::uint16_t value = 0;
  std::memcpy(&value, frame.bytes.data() + 2 * index, 2);
  return value;
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(HeadlessMovieTest, PicassoAndDaxGiveTheSameFrames) {
  write("a.yaml", kYaml);
  write_samples("a.raw", false);
  write("b.inf", kInf);
  write_samples("b.dax", true);
  for (const char* name : {"a.raw", "b.dax"}) {
    const auto reader = open_stack(path(name));
    EXPECT_EQ(reader->info().n_frames, 3);
    EXPECT_EQ(reader->info().n_y, 2);
    EXPECT_EQ(reader->info().n_x, 4);
    for (std::int64_t frame = 0; frame < 3; ++frame) {
      const Array array = reader->read_frame(frame);
      EXPECT_EQ(array.shape, (std::vector<std::int64_t>{2, 4}));
      for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_EQ(sample(array, i), 256 + 8 * static_cast<std::size_t>(frame) + i) << name;
      }
    }
  }
  EXPECT_NEAR(*open_stack(path("a.raw"))->info().pitch_x_m, 130e-9, 1e-18);
  EXPECT_FALSE(open_stack(path("b.dax"))->info().pitch_x_m.has_value());
  EXPECT_EQ(format_name(path("a.raw")), "picasso-raw");
  EXPECT_EQ(format_name(path("b.dax")), "dax");
}

TEST_F(HeadlessMovieTest, ATruncatedMovieIsRefusedWithTheFrame) {
  write("a.yaml", kYaml);
  write_samples("a.raw", false, -3);
  EXPECT_THAT(message_of([&] { static_cast<void>(open_stack(path("a.raw"))); }),
              HasSubstr("byte 45: frame 2 of 3 (from 0) is not whole, the movie is cut short"));
  const auto reader = open_stack(path("a.raw"), {.allow_truncated = true});
  EXPECT_EQ(reader->info().n_frames, 2);
  EXPECT_EQ(reader->info().warnings.size(), 1U);
}

TEST_F(HeadlessMovieTest, AMovieOfAnotherLengthIsRefused) {
  write("b.inf", kInf);
  write_samples("b.dax", true, 16);
  EXPECT_THAT(message_of([&] { static_cast<void>(open_stack(path("b.dax"))); }),
              HasSubstr("64 bytes, but 3 frames of 2 x 4 take 48"));
}

TEST_F(HeadlessMovieTest, WhatIsMissingIsNamed) {
  write_samples("a.raw", false);
  const auto refusal = [&] {
    return message_of([&] { static_cast<void>(open_stack(path("a.raw"))); });
  };
  EXPECT_THAT(refusal(), HasSubstr("a.yaml that describes it is absent"));
  write("a.yaml", "Byte Order: <\nData Type: uint16\nFrames: 3\nHeight: 2\n");
  EXPECT_THAT(refusal(), HasSubstr("no key \"Width\""));
  write("a.yaml", "Byte Order: <\nData Type: uint16\nFrames: -3\nHeight: 2\nWidth: 4\n");
  EXPECT_THAT(refusal(), HasSubstr("Frames = \"-3\": expected a whole number above 0"));
  write("a.yaml", "Byte Order: <\nData Type: float64\nFrames: 3\nHeight: 2\nWidth: 4\n");
  EXPECT_THAT(refusal(), HasSubstr("Data Type = \"float64\""));
  write("a.yaml", "{a: [");
  EXPECT_THAT(refusal(), HasSubstr("is no YAML"));
  write("a.yaml",
        "Byte Order: <\nData Type: uint16\nFrames: 9000000000000000000\n"
        "Height: 2000000000\nWidth: 2000000000\n");
  EXPECT_THAT(refusal(), HasSubstr("a frame takes"));
}

TEST(HeadlessMovieData, TheTestMovieOfPicasso) {
  const auto file = test::data_file("smlm/picasso/testdata.raw");
  PARFOCAL_REQUIRE_FILE(file);
  const auto reader = open_stack(file);
  EXPECT_EQ(reader->info().n_frames, 100);
  EXPECT_EQ(reader->info().n_y, 32);
  EXPECT_NEAR(*reader->info().pitch_x_m, 160e-9, 1e-18);
}

}  // namespace
}  // namespace parfocal::formats
