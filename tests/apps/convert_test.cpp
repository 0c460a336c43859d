// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/image_conversion.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/stack_reader.h"
#include "tests/apps/program_runner.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using formats::Array;
using formats::SampleType;
using ::testing::HasSubstr;

Array counting(SampleType type, std::vector<std::int64_t> shape) {
  Array array{type, std::move(shape), {}};
  const auto bytes = static_cast<std::size_t>(formats::number_of_samples(array.shape)) *
                     formats::bytes_per_sample(type);
  for (std::size_t i = 0; i < bytes; ++i) array.bytes.push_back(static_cast<std::byte>(i % 61));
  return array;
}

TEST(Convert, NpyToOmeTiffAndBackKeepsEveryNumber) {
  const WorkFolder folder;
  for (const auto& shape : {std::vector<std::int64_t>{15, 22}, {3, 15, 22}, {2, 15, 22, 3}}) {
    const Array array = counting(SampleType::kUInt8, shape);
    formats::write_npy(folder.path() / "a.npy", array);
    static_cast<void>(
        convert_image({folder.path() / "a.npy", folder.path() / "a.ome.tif", "", "", "6.5 um"}));
    static_cast<void>(
        convert_image({folder.path() / "a.ome.tif", folder.path() / "b.npy", "", "", ""}));
    const auto before = formats::open_stack(folder.path() / "a.npy");
    const auto after = formats::open_stack(folder.path() / "a.ome.tif");
    EXPECT_EQ(after->info().type, SampleType::kFloat32);
    EXPECT_NEAR(after->info().pitch_x_m.value(), 6.5e-6, 1e-18);
    EXPECT_EQ(after->info().n_y, 15);
    EXPECT_EQ(after->info().n_x, 22);
    EXPECT_EQ(after->info().n_z, before->info().n_frames);
  }
}

TEST(Convert, SixteenBitGreyPngKeepsItsNumbers) {
  const WorkFolder folder;
  formats::write_npy(folder.path() / "a.npy", counting(SampleType::kUInt16, {15, 22}));
  static_cast<void>(convert_image({folder.path() / "a.npy", folder.path() / "a.png", "", "", ""}));
  static_cast<void>(convert_image({folder.path() / "a.png", folder.path() / "b.npy", "", "", ""}));
  EXPECT_EQ(read_whole_file(folder.path() / "a.npy"), read_whole_file(folder.path() / "b.npy"));
}

TEST(Convert, FloatToPngNeedsAWindow) {
  const WorkFolder folder;
  formats::write_npy(folder.path() / "a.npy", counting(SampleType::kFloat32, {15, 22}));
  const ProgramResult refused = run_parfocal({"convert", "a.npy", "a.png"}, folder.path());
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--window"));
  const ProgramResult shown =
      run_parfocal({"convert", "a.npy", "a.png", "--window", "0,1"}, folder.path());
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("window 0 to 1"));
}

TEST(Convert, FramesAreAHalfOpenRangeInsideTheStack) {
  const WorkFolder folder;
  formats::write_npy(folder.path() / "a.npy", counting(SampleType::kUInt8, {5, 15, 22}));
  const ConversionReport report =
      convert_image({folder.path() / "a.npy", folder.path() / "b.npy", "1:3", "", ""});
  EXPECT_EQ(report.frames, 2);
  for (const char* wrong : {"3:1", "0:6", "a:b", "2", "-1:2"}) {
    EXPECT_THROW(static_cast<void>(convert_image(
                     {folder.path() / "a.npy", folder.path() / "b.npy", wrong, "", ""})),
                 UsageError)
        << wrong;
  }
}

TEST(Convert, UnknownExtensionAndSeveralFramesInAPngAreRefused) {
  const WorkFolder folder;
  formats::write_npy(folder.path() / "a.npy", counting(SampleType::kUInt8, {5, 15, 22}));
  for (const char* output : {"b.jpg", "b", "b.png"}) {
    EXPECT_THROW(static_cast<void>(
                     convert_image({folder.path() / "a.npy", folder.path() / output, "", "", ""})),
                 UsageError)
        << output;
  }
}

TEST(Convert, NumbersThatFloat32CannotHoldAreRefused) {
  const WorkFolder folder;
  Array array = counting(SampleType::kUInt32, {1, 2});
  array.bytes.assign(8, std::byte{0xff});
  formats::write_npy(folder.path() / "a.npy", array);
  EXPECT_THROW(static_cast<void>(convert_image(
                   {folder.path() / "a.npy", folder.path() / "b.ome.tif", "", "", ""})),
               DataError);
}

}  // namespace
}  // namespace parfocal::testing
