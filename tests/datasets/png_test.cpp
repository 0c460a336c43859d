// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <limits>
#include <span>

#include "core/check.h"
#include "datasets/formats/png_writer.h"
#include "tests/datasets/golden_images.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Array image_of(SampleType type, std::vector<std::int64_t> shape) {
  Array image{type, std::move(shape), {}};
  image.bytes.resize(static_cast<std::size_t>(number_of_samples(image.shape)) *
                     bytes_per_sample(type));
  for (std::size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = std::byte(i * 37 % 256);
  return image;
}

template <class T>
Array real_image(SampleType type, const std::vector<T>& values) {
  Array image{type, {1, static_cast<std::int64_t>(values.size())}, {}};
  const auto bytes = std::as_bytes(std::span(values));
  image.bytes.assign(bytes.begin(), bytes.end());
  return image;
}

std::string refusal_of(const std::string& bytes) {
  const test::ScratchFolder folder;
  return refusal_of_stack(folder.write("case.png", bytes));
}

TEST(PngReader, ReadsFilesOfOtherWriters) {
  for (const auto& [name, type, samples] : {std::tuple{"grey_uint8.png", SampleType::kUInt8, 1},
                                            {"grey_uint16.png", SampleType::kUInt16, 1},
                                            {"rgb_uint8.png", SampleType::kUInt8, 3},
                                            {"rgb_uint16.png", SampleType::kUInt16, 3}}) {
    const auto stack = open_stack(golden_file(name));
    EXPECT_EQ(stack->info().type, type);
    EXPECT_EQ(stack->info().n_samples, samples);
    EXPECT_EQ(stack->info().format, "png");
    EXPECT_TRUE(is_golden_frame(stack->read_frame(0), 0)) << name;
  }
}

TEST(Png, RoundTripKeepsEveryNumber) {
  const test::ScratchFolder folder;
  for (const SampleType type : {SampleType::kUInt8, SampleType::kUInt16}) {
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{1, 1}, {7, 13}, {13, 7, 3}, {1, 1, 3}}) {
      const Array image = image_of(type, shape);
      write_png(folder / "a.png", image, {{"Comment", "text"}, {"Title", "\xC2\xB5m"}});
      const Array back = open_stack(folder / "a.png")->read_frame(0);
      EXPECT_EQ(back.shape, shape);
      EXPECT_EQ(back.bytes, image.bytes);
    }
  }
}

TEST(PngWriter, SameImageSameBytesWithTextAndWithoutTime) {
  const Array image = image_of(SampleType::kUInt8, {5, 4});
  const PngText text = {{"Comment", "window [0, 1]"}};
  const std::vector<std::byte> bytes = encode_png(image, text);
  EXPECT_EQ(bytes, encode_png(image, text));
  const std::string all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_THAT(all, HasSubstr(std::string("tEXtComment\0window [0, 1]", 25)));
  EXPECT_EQ(all.find("tIME"), std::string::npos);
  EXPECT_THROW((void)encode_png(image_of(SampleType::kFloat32, {5, 4})), LogicError);
  EXPECT_THROW((void)encode_png(image_of(SampleType::kUInt8, {5, 4, 2})), LogicError);
}

TEST(PngReader, RefusesWhatItDoesNotRead) {
  EXPECT_EQ(refusal_of_stack(golden_file("palette.png")),
            "byte 25: colour type 3 (palette) is not read (grey and RGB are); convert the file");
  EXPECT_EQ(
      refusal_of_stack(golden_file("alpha.png")),
      "byte 25: colour type 6 (RGB with alpha) is not read (grey and RGB are); convert the file");
}

TEST(PngReader, RefusesDamageWithTheByte) {
  const std::string good = test::bytes_of_file(golden_file("grey_uint8.png"));
  ASSERT_EQ(refusal_of(good), "no error");
  for (std::size_t size = 8; size < good.size(); ++size) {
    ASSERT_THAT(refusal_of(good.substr(0, size)), HasSubstr("byte ")) << size;
  }
  EXPECT_EQ(refusal_of(good.substr(0, 50)),
            "byte 33: a chunk of 51 bytes, but the file ends at byte 50");
  std::string flipped = good;
  flipped[45] = static_cast<char>(flipped[45] ^ 4);
  EXPECT_EQ(refusal_of(flipped), "byte 92: libpng: IDAT: incorrect data check");
  std::string wide = good;
  wide[16] = 0x7F;
  EXPECT_EQ(
      refusal_of(wide),
      "byte 16: a frame of 15 x 2130706454 x 1 samples exceeds the limit of 2147483648 bytes");
  std::string tall = good;
  tall[21] = 0x10;
  EXPECT_EQ(refusal_of(tall),
            "byte 16: 23069002 bytes are claimed from 51 stored, more than Deflate can give");
  std::string empty = good;
  empty[19] = 0;
  EXPECT_EQ(refusal_of(empty), "byte 16: the image size is 15 x 0 (height x width)");
}

TEST(PngReader, NamesGammaAndRefusesAnimation) {
  const std::string good = test::bytes_of_file(golden_file("grey_uint8.png"));
  std::string gamma = good;
  gamma.insert(33, std::string("\0\0\0\4gAMA\0\0\xB1\x8F\x0B\xFC\x61\x05", 16));
  const test::ScratchFolder folder;
  const auto stack = open_stack(folder.write("a.png", gamma));
  EXPECT_THAT(stack->info().warnings, ElementsAre("PNG chunk gAMA is ignored"));
  EXPECT_TRUE(is_golden_frame(stack->read_frame(0), 0));
  std::string animated = good;
  animated.insert(33, std::string("\0\0\0\0acTL\0\0\0\0", 12));
  EXPECT_EQ(refusal_of(animated), "byte 33: animations are not read");
}

TEST(Preview, IsLinearInTheStatedWindow) {
  const Array shown =
      to_preview(real_image<float>(SampleType::kFloat32, {-5, 1, 1.5F, 2, 3, 99}), 1, 3);
  EXPECT_EQ(shown.type, SampleType::kUInt8);
  EXPECT_THAT(shown.bytes, ElementsAre(std::byte{0}, std::byte{0}, std::byte{64}, std::byte{128},
                                       std::byte{255}, std::byte{255}));
  const Array counts =
      to_preview(real_image<std::uint16_t>(SampleType::kUInt16, {0, 65535, 13107}), 0, 65535);
  EXPECT_THAT(counts.bytes, ElementsAre(std::byte{0}, std::byte{255}, std::byte{51}));
}

TEST(Preview, RefusesAnEmptyWindowAndNotANumber) {
  const Array image =
      real_image<double>(SampleType::kFloat64, {0, std::numeric_limits<double>::quiet_NaN()});
  const auto message = [&](double low, double high) -> std::string {
    try {
      (void)to_preview(image, low, high);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(2, 2), "preview: the window [2, 2] is empty; give low < high");
  EXPECT_EQ(message(0, 1), "preview: sample 1 of [1, 2] is not a number");
}

}  // namespace
}  // namespace parfocal::formats
