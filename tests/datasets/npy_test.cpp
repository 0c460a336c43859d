// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <array>
#include <complex>

#include "core/run/sha256.h"
#include "datasets/formats/npy_reader.h"
#include "datasets/formats/npy_writer.h"
#include "tests/datasets/golden_images.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class T>
Array array_of(SampleType type, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  Array array{type, std::move(shape), std::vector<std::byte>(values.size() * sizeof(T))};
  std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
  return array;
}

template <class T>
std::vector<T> values_of(const Array& array) {
  std::vector<T> values(array.bytes.size() / sizeof(T));
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  return values;
}

std::string npy(const std::string& header, const std::string& data) {
  std::string text = header;
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(text.size() & 0xFF);
  out += static_cast<char>(text.size() >> 8);
  return out + text + data;
}

std::string refusal_of(const std::string& bytes) {
  const test::ScratchFolder folder;
  const auto path = folder.write("case.npy", bytes);
  return refusal(path, [&] { (void)read_npy(path); });
}

TEST(NpyWriter, WritesTheBytesOfNumpy) {
  const test::ScratchFolder folder;
  const auto same = [&](const Array& array, const std::string& golden) {
    write_npy(folder / "a.npy", array);
    return test::bytes_of_file(folder / "a.npy") == test::bytes_of_file(golden_file(golden));
  };
  const Array golden = array_of<float>(SampleType::kFloat32, {2}, {1, -2});
  EXPECT_TRUE(same(golden, "float32_one_minus_two.npy"));
  EXPECT_EQ(sha256_of_file(folder / "a.npy"),
            "871e5662a75c479e365d04d276e29a67b9ca3c43ef3dfc57996800abc8806db8");
  EXPECT_TRUE(same(array_of<std::int64_t>(SampleType::kInt64, {}, {-7}), "scalar_int64.npy"));
}

TEST(NpyReader, ReadsFilesOfNumpy) {
  const Array fortran = read_npy(golden_file("fortran_float32.npy"));
  EXPECT_THAT(fortran.shape, ElementsAre(2, 15, 22));
  const auto stack = open_stack(golden_file("fortran_float32.npy"));
  ASSERT_EQ(stack->info().n_frames, 2);
  for (std::int64_t f : {1, 0}) EXPECT_TRUE(is_golden_frame(stack->read_frame(f), f));

  const Array complex = read_npy(golden_file("big_endian_complex128.npy"));
  EXPECT_THAT(complex.shape, ElementsAre(1, 3));
  using C = std::complex<double>;
  EXPECT_THAT(values_of<C>(complex), ElementsAre(C(1, -2), C(3, 4), C(0, -0.5)));

  const Array half = read_npy(golden_file("float16.npy"));
  EXPECT_EQ(half.type, SampleType::kFloat16);
  EXPECT_THAT(values_of<std::uint16_t>(half), ElementsAre(0x3C00, 0xC000, 0x3800));

  const Array scalar = read_npy(golden_file("scalar_int64.npy"));
  EXPECT_TRUE(scalar.shape.empty());
  EXPECT_THAT(values_of<std::int64_t>(scalar), ElementsAre(-7));

  const Array flags = read_npy(golden_file("version2.npy"));
  EXPECT_EQ(flags.type, SampleType::kBool);
  EXPECT_THAT(values_of<char>(flags), ElementsAre(1, 0, 1));
}

TEST(Npy, EveryTypeSurvivesARoundTrip) {
  const test::ScratchFolder folder;
  for (int t = 0; t <= static_cast<int>(SampleType::kComplex128); ++t) {
    const auto type = static_cast<SampleType>(t);
    Array array{type, {2, 3, 5}, {}};
    array.bytes.resize(30 * bytes_per_sample(type));
    for (std::size_t i = 0; i < array.bytes.size(); ++i) {
      array.bytes[i] = static_cast<std::byte>(type == SampleType::kBool ? i % 2 : i * 7);
    }
    write_npy(folder / "a.npy", array);
    const Array back = read_npy(folder / "a.npy");
    EXPECT_EQ(back.type, type);
    EXPECT_EQ(back.shape, array.shape);
    EXPECT_EQ(back.bytes, array.bytes) << name_of(type);
  }
}

TEST(Npy, AxesBecomeFramesAsDocumented) {
  const test::ScratchFolder folder;
  const auto info = [&](std::vector<std::int64_t> shape) {
    Array array{SampleType::kUInt8, shape, {}};
    array.bytes.resize(static_cast<std::size_t>(number_of_samples(shape)));
    write_npy(folder / "a.npy", array);
    const StackInfo i = open_stack(folder / "a.npy")->info();
    return std::vector<std::int64_t>{i.n_t, i.n_channels, i.n_z, i.n_y, i.n_x, i.n_samples};
  };
  EXPECT_THAT(info({4, 6}), ElementsAre(1, 1, 1, 4, 6, 1));
  EXPECT_THAT(info({4, 6, 3}), ElementsAre(1, 1, 1, 4, 6, 3));
  EXPECT_THAT(info({7, 4, 6}), ElementsAre(7, 1, 1, 4, 6, 1));
  EXPECT_THAT(info({7, 4, 6, 1}), ElementsAre(7, 1, 1, 4, 6, 1));
  EXPECT_THAT(info({2, 7, 4, 6}), ElementsAre(1, 2, 7, 4, 6, 1));
  EXPECT_THAT(info({5, 2, 7, 4, 6}), ElementsAre(5, 2, 7, 4, 6, 1));
}

TEST(NpyReader, RefusesWithByteAndRule) {
  const std::string good = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(refusal_of(npy(good, "ab")), "no error");
  EXPECT_EQ(refusal_of(npy(good, "a")),
            "byte 128: [2] of uint8 takes 2 bytes, but the file holds 1");
  EXPECT_EQ(refusal_of(npy(good, "abc")),
            "byte 128: [2] of uint8 takes 2 bytes, but the file holds 3");
  EXPECT_EQ(refusal_of("\x93NUMPY"), "byte 0: the file is too short to be NPY");
  EXPECT_EQ(refusal_of(std::string(200, 'x')), "byte 0: not an NPY file");
  std::string version = npy(good, "ab");
  version[6] = 9;
  EXPECT_EQ(refusal_of(version), "byte 6: NPY version 9 is unknown");
  EXPECT_EQ(refusal_of(std::string("\x93NUMPY\x02\x00\x00\x00\x00\x10", 12)),
            "byte 8: a header of 268435456 bytes, the limit is 65536");
  EXPECT_EQ(refusal_of(npy(good, "ab").substr(0, 40)),
            "byte 10: 118 bytes are needed here, but the file ends at byte 40");
  const auto header = [](const std::string& text) { return refusal_of(npy(text, "ab")); };
  EXPECT_EQ(header("{'descr': '|u1', 'shape': (2,), }"),
            "header byte 54: descr, fortran_order and shape must all be given");
  EXPECT_EQ(header("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }"),
            "header byte 14: the type \"|O\" is not read (bool, integers, f2 f4 f8, c8 c16 are)");
  EXPECT_EQ(header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"),
            "header byte 10: records with several fields are not read");
  EXPECT_EQ(header("{'descr': '|u1', 'fortran_order': 0, 'shape': (2,), }"),
            "header byte 34: True or False is expected");
  EXPECT_EQ(header("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }"),
            "header byte 51: a size >= 0 is expected");
  EXPECT_EQ(header("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,), }"),
            "header byte 25: the key \"descr\" is given twice");
  EXPECT_EQ(header("{'order': '|u1'}"), "header byte 9: the key \"order\" is unknown");
  EXPECT_EQ(header(good + "x"), "header byte 57: text after the closing brace");
  EXPECT_THAT(
      header("{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 9999999999,), }"),
      HasSubstr("the shape [9999999999, 9999999999] overflows 64 bits"));
  const auto object = golden_file("object.npy");
  EXPECT_THAT(refusal(object, [&] { (void)read_npy(object); }), HasSubstr("the type \"|O\""));
}

TEST(NpyReader, RefusesWhatIsNoStackOfImages) {
  const auto path = golden_file("float16.npy");
  EXPECT_EQ(
      refusal_of_stack(path),
      "an array of shape [3] is not a stack of images; expected [t, c, z, y, x] with the last "
      "2 to 5 of these axes");
  const auto big = golden_file("fortran_float32.npy");
  EXPECT_EQ(refusal_of_stack(big, {.max_frame_bytes = 1000}),
            "a frame takes 1320 bytes, the limit is 1000");
  EXPECT_EQ(refusal_of_stack(big, {.max_bytes = 2000}),
            "the array takes 2640 bytes, the limit is 2000");
}

}  // namespace
}  // namespace parfocal::formats
