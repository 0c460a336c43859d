// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/matlab_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "tests/support/data.h"
#include "tests/support/matlab_bytes.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using test::Matlab73Bytes;
using test::MatlabBytes;
using test::ScratchFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t kDouble = 6, kSingle = 7, kInt8 = 8, kUInt8 = 9, kInt16 = 10, kUInt16 = 11,
                        kInt32 = 12, kUInt32 = 13, kInt64 = 14, kUInt64 = 15;

Array frame_of(const std::filesystem::path& path, const std::string& variable = {}) {
  ReadOptions options;
  options.variable = variable;
  return open_stack(path, options)->read_frame(0);
}

template <class Number>
std::vector<Number> numbers_in(const Array& array) {
  std::vector<Number> values(array.bytes.size() / sizeof(Number));
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  return values;
}

std::string error_of(const std::filesystem::path& path, const std::string& variable = {}) {
  try {
    static_cast<void>(frame_of(path, variable));
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

/// [[1, 2, 3], [4, 5, 6]], column after column.
const std::vector<std::uint8_t> kColumns{1, 4, 2, 5, 3, 6};

std::string six(const MatlabBytes& mat, const std::string& name, std::uint32_t flags = kDouble) {
  return mat.matrix(mat.head(name, flags, {2, 3}) + mat.element(2, mat.numbers(kColumns)));
}

TEST(Matlab, DoublesThatAreStoredAsBytesComeRowByRow) {
  const ScratchFolder folder;
  const MatlabBytes mat;
  const auto path = folder.write("a.mat", mat.file(six(mat, "mask")));
  const auto stack = open_stack(path);
  EXPECT_EQ(stack->info().format, "matlab-5");
  EXPECT_EQ(format_name(path), "matlab-5");
  EXPECT_EQ(stack->info().n_frames, 1);
  EXPECT_EQ(stack->info().n_y, 2);
  EXPECT_EQ(stack->info().n_x, 3);
  EXPECT_EQ(stack->info().type, SampleType::kFloat64);
  EXPECT_THAT(numbers_in<double>(frame_of(path)), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Matlab, NumbersInsideOfTheTag) {
  const ScratchFolder folder;
  for (const bool big : {false, true}) {
    const MatlabBytes mat(big);
    const std::string inside =
        mat.head("m", kSingle, {2, 2}) + mat.small_element(2, std::string("\1\3\2\4", 4));
    const auto path = folder.write("a.mat", mat.file(mat.matrix(inside)));
    EXPECT_THAT(numbers_in<float>(frame_of(path)), ElementsAre(1, 2, 3, 4));
  }
}

TEST(Matlab, BothByteOrders) {
  const ScratchFolder folder;
  const std::vector<double> columns{-1.5, 4e300, 2.25, 5, 3, 0};
  for (const bool big : {false, true}) {
    const MatlabBytes mat(big);
    const std::string matrix =
        mat.matrix(mat.head("a_long_name", kDouble, {2, 3}) + mat.element(9, mat.numbers(columns)));
    const auto plain = folder.write("plain.mat", mat.file(matrix));
    const auto packed = folder.write("packed.mat", mat.file(mat.compressed(matrix)));
    for (const auto& path : {plain, packed}) {
      EXPECT_THAT(numbers_in<double>(frame_of(path)), ElementsAre(-1.5, 2.25, 3, 4e300, 5, 0));
    }
  }
}

template <class Number>
void expect_class(const ScratchFolder& folder, std::uint32_t number, std::uint32_t stored,
                  SampleType type) {
  const std::vector<Number> columns{std::numeric_limits<Number>::lowest(), 4, 2, 5, 3,
                                    std::numeric_limits<Number>::max()};
  for (const bool big : {false, true}) {
    const MatlabBytes mat(big);
    const std::string matrix =
        mat.matrix(mat.head("m", number, {2, 3}) + mat.element(stored, mat.numbers(columns)));
    const Array array = frame_of(folder.write("a.mat", mat.file(matrix)));
    EXPECT_EQ(array.type, type);
    EXPECT_THAT(numbers_in<Number>(array), ElementsAre(columns[0], 2, 3, 4, 5, columns[5]));
  }
}

TEST(Matlab, EveryClassOfNumbers) {
  const ScratchFolder folder;
  expect_class<double>(folder, kDouble, 9, SampleType::kFloat64);
  expect_class<float>(folder, kSingle, 7, SampleType::kFloat32);
  expect_class<std::int8_t>(folder, kInt8, 1, SampleType::kInt8);
  expect_class<std::uint8_t>(folder, kUInt8, 2, SampleType::kUInt8);
  expect_class<std::int16_t>(folder, kInt16, 3, SampleType::kInt16);
  expect_class<std::uint16_t>(folder, kUInt16, 4, SampleType::kUInt16);
  expect_class<std::int32_t>(folder, kInt32, 5, SampleType::kInt32);
  expect_class<std::uint32_t>(folder, kUInt32, 6, SampleType::kUInt32);
  expect_class<std::int64_t>(folder, kInt64, 12, SampleType::kInt64);
  expect_class<std::uint64_t>(folder, kUInt64, 13, SampleType::kUInt64);
  const MatlabBytes mat;
  const auto logical = folder.write("l.mat", mat.file(six(mat, "m", kUInt8 | 0x0200)));
  EXPECT_EQ(frame_of(logical).type, SampleType::kBool);
}

TEST(Matlab, OneOfSeveralIsNamed) {
  const ScratchFolder folder;
  const MatlabBytes mat;
  const auto path = folder.write(
      "a.mat", mat.file(six(mat, "mask1") + mat.compressed(six(mat, "mask2", kUInt8)) +
                        mat.matrix(mat.head("text", 4, {1, 2}) + mat.element(4, "abcd"))));
  EXPECT_THAT(error_of(path), AllOf(HasSubstr(path.string() + ": 2 matrices (mask1: double 2 x 3, "
                                                              "mask2: uint8 2 x 3)"),
                                    HasSubstr("\"variable: mask1\"")));
  EXPECT_THAT(numbers_in<std::uint8_t>(frame_of(path, "mask2")), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(error_of(path, "mask3"),
              HasSubstr("variable = \"mask3\": no such variable; the file holds mask1: double 2 x "
                        "3, mask2: uint8 2 x 3, text: char 1 x 2"));
  EXPECT_THAT(error_of(path, "text"), HasSubstr("the file holds text: char 1 x 2; an image is"));
}

TEST(Matlab, NumbersAndListsBesideTheImageAreNotMeant) {
  const ScratchFolder folder;
  const MatlabBytes mat;
  const std::string scalar =
      mat.matrix(mat.head("wavelength", kDouble, {1, 1}) + mat.element(9, mat.number(0.58)));
  const std::string list =
      mat.matrix(mat.head("axis", kDouble, {1, 3}) + mat.element(2, std::string("\1\2\3", 3)));
  const auto path = folder.write("a.mat", mat.file(scalar + six(mat, "mask") + list));
  EXPECT_THAT(numbers_in<double>(frame_of(path)), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(numbers_in<double>(frame_of(path, "axis")), ElementsAre(1, 2, 3));
}

TEST(Matlab, WhatIsNoImageIsSaid) {
  const ScratchFolder folder;
  const MatlabBytes mat;
  const std::string stack =
      mat.matrix(mat.head("stack", kDouble, {1, 3, 2}) + mat.element(2, mat.numbers(kColumns)));
  const std::string complex =
      mat.matrix(mat.head("field", kDouble | 0x0800, {2, 3}) +
                 mat.element(2, mat.numbers(kColumns)) + mat.element(2, mat.numbers(kColumns)));
  const std::string cell = mat.matrix(mat.head("cells", 1, {1, 1}) + six(mat, ""));
  EXPECT_THAT(error_of(folder.write("a.mat", mat.file(stack + complex + cell))),
              HasSubstr("the file holds stack: double 1 x 3 x 2, field: complex double 2 x 3, "
                        "cells: cell 1 x 1; save the image as one"));
  EXPECT_THAT(error_of(folder.write("b.mat", mat.file(""))), HasSubstr("holds no variable"));
  EXPECT_THAT(error_of(folder.write("c.npy", "\x93NUMPY"), "mask"),
              HasSubstr("variable = \"mask\": only MATLAB files"));
}

TEST(Matlab, EveryCutIsAnError) {
  const ScratchFolder folder;
  const MatlabBytes mat;
  for (const std::string& element : {six(mat, "mask"), mat.compressed(six(mat, "mask"))}) {
    const std::string whole = mat.file(element);
    for (std::size_t size = 8; size < whole.size(); ++size) {
      const auto path = folder.write("cut.mat", whole.substr(0, size));
      EXPECT_THAT(error_of(path), HasSubstr(path.string() + ": ")) << size;
    }
    EXPECT_EQ(error_of(folder.write("whole.mat", whole)), "no error");
  }
  const auto cut = folder.write("cut.mat", mat.file(six(mat, "mask")).substr(0, 190));
  EXPECT_THAT(error_of(cut), HasSubstr("byte 136: an element of 56 bytes, where at most 54"));
}

TEST(Matlab, SizesAndTypesThatContradict) {
  const ScratchFolder folder;
  const MatlabBytes mat;
  const auto error = [&](const std::string& inside) {
    return error_of(folder.write("a.mat", mat.file(mat.matrix(inside))));
  };
  const std::string data = mat.element(2, mat.numbers(kColumns));
  EXPECT_THAT(error(mat.head("m", kDouble, {2, 4}) + data),
              HasSubstr("m: 6 bytes of numbers, but 2 x 4 of uint8 take 8"));
  EXPECT_THAT(error(mat.head("m", kDouble, {-2, 3}) + data), HasSubstr("a size of -2"));
  EXPECT_THAT(error(mat.head("m", 99, {2, 3}) + data), HasSubstr("class 99 of arrays is unknown"));
  EXPECT_THAT(error(mat.head("m", kDouble, {2, 3}) + mat.element(8, mat.numbers(kColumns))),
              HasSubstr("m: numbers of the unknown type 8"));
  EXPECT_THAT(error(mat.head("m", kInt8, {1, 2}) + data), HasSubstr("no full, real matrix"));
  EXPECT_THAT(error(mat.head("m", kInt8, {2, 2}) +
                    mat.element(4, mat.numbers(std::vector<std::uint16_t>{1, 2, 3, 300}))),
              HasSubstr("m: uint16 numbers that have no place in its class int8"));
  EXPECT_THAT(error(mat.head("m", kDouble, {2, 3}) + data + data),
              HasSubstr("16 bytes after the numbers of m"));
  EXPECT_THAT(error(mat.head("m", kDouble, {2'000'000'000, 2'000'000'000}) + data),
              HasSubstr("take more than the limit"));
  EXPECT_THAT(error(mat.head("m", kDouble, {30'000, 5'000}) + data),
              HasSubstr("m: 6 bytes of numbers, but 30000 x 5000 of uint8 take 150000000"));
  EXPECT_THAT(error(mat.head("m!", kDouble, {2, 3}) + data), HasSubstr("no name of a variable"));
  EXPECT_THAT(error_of(folder.write("a.mat", mat.file(mat.element(9, "12345678")))),
              HasSubstr("byte 128: an element of type 9, expected a matrix (14)"));
}

TEST(Matlab, CompressedDataThatAreDamaged) {
  const ScratchFolder folder;
  const MatlabBytes mat;
  const std::string whole = mat.file(mat.compressed(six(mat, "mask")));
  std::string damaged = whole;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);  // The check sum.
  EXPECT_THAT(error_of(folder.write("a.mat", damaged)),
              AllOf(HasSubstr("byte 136, inflated byte"), HasSubstr("incorrect data check")));
  // An element that claims more than its compressed bytes can be.
  const std::string claim =
      mat.number(std::uint32_t{14}) + mat.number(std::uint32_t{1'000'000'000});
  EXPECT_THAT(error_of(folder.write("a.mat", mat.file(mat.compressed(claim)))),
              HasSubstr("an element of 1000000000 bytes, where at most"));
  const std::string longer = mat.compressed(six(mat, "mask") + "more");
  EXPECT_THAT(error_of(folder.write("a.mat", mat.file(longer))), HasSubstr("more data than"));
}

TEST(Matlab, VersionsThatAreNotRead) {
  const ScratchFolder folder;
  std::string other = MatlabBytes().file("");
  other[125] = 3;
  EXPECT_THAT(error_of(folder.write("a.mat", other)), HasSubstr("byte 124: version 0x0300"));
  other[126] = 'X';
  EXPECT_THAT(error_of(folder.write("a.mat", other)), HasSubstr("byte 126: neither"));
}

TEST(Matlab, Version73ReversesTheAxes) {
  const ScratchFolder folder;
  const std::vector<float> columns{1, 4, 2, 5, 3, 6};
  const std::vector<std::int16_t> shorts{-1, 4, 2, 5, 3, 32767};
  Matlab73Bytes writer(folder / "a.mat");
  writer.add("#refs#", "", H5T_NATIVE_FLOAT, {3, 2}, columns.data());
  writer.add("mask", "single", H5T_NATIVE_FLOAT, {3, 2}, columns.data(), true);
  writer.add("raw", "int16", H5T_STD_I16BE, {3, 2}, shorts.data());
  writer.add("title", "char", H5T_NATIVE_UINT16, {3, 2}, shorts.data());
  writer.add("scale", "double", H5T_NATIVE_FLOAT, {1, 1}, columns.data());
  writer.add_struct("settings");
  writer.finish();
  EXPECT_EQ(format_name(folder / "a.mat"), "matlab-7.3");
  const Array mask = frame_of(folder / "a.mat", "mask");
  EXPECT_THAT(mask.shape, ElementsAre(2, 3));
  EXPECT_THAT(numbers_in<float>(mask), ElementsAre(1, 2, 3, 4, 5, 6));
  // Written through a big-endian view of the same bytes.
  EXPECT_EQ(numbers_in<std::int16_t>(frame_of(folder / "a.mat", "raw"))[1], 0x0200);
  EXPECT_THAT(error_of(folder / "a.mat"),
              HasSubstr("2 matrices (mask: single 2 x 3, raw: int16 2 x 3)"));
  EXPECT_THAT(
      error_of(folder / "a.mat", "x"),
      HasSubstr("raw: int16 2 x 3, scale: double 1 x 1, settings: struct, title: char 2 x 3"));
}

TEST(Matlab, Version73CutShort) {
  const ScratchFolder folder;
  const std::vector<double> columns{1, 4, 2, 5, 3, 6};
  Matlab73Bytes writer(folder / "a.mat");
  writer.add("mask", "double", H5T_NATIVE_DOUBLE, {3, 2}, columns.data(), true);
  writer.finish();
  const std::string whole = test::bytes_of_file(folder / "a.mat");
  EXPECT_EQ(error_of(folder / "a.mat"), "no error");
  for (std::size_t size = 8; size < whole.size(); size += 97) {
    const auto path = folder.write("cut.mat", whole.substr(0, size));
    EXPECT_THAT(error_of(path), HasSubstr(path.string() + ": ")) << size;
  }
}

double value_at(const Array& array, std::int64_t row, std::int64_t column) {
  return numbers_in<double>(array)[static_cast<std::size_t>(row * array.shape[1] + column)];
}

/// Numbers of another reader (scipy.io.loadmat).
TEST(Matlab, PublishedMasks) {
  const auto tetrapod = test::data_file("smlm/masks/mask_tetrapod.mat");
  PARFOCAL_REQUIRE_FILE(tetrapod);
  const Array mask = frame_of(tetrapod);
  EXPECT_THAT(mask.shape, ElementsAre(329, 329));
  EXPECT_EQ(value_at(mask, 100, 120), -2.6203978748064465);
  EXPECT_EQ(value_at(mask, 120, 100), 2.9806727858817945);
  const std::vector<double> values = numbers_in<double>(mask);
  EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0), 2751.0646859955027, 1e-8);
  EXPECT_EQ(std::ranges::min(values), -3.141178718303788);
  EXPECT_EQ(std::ranges::max(values), 3.141375971926787);

  EXPECT_EQ(value_at(frame_of(test::data_file("smlm/masks/mask_learned.mat")), 100, 120),
            1.2402534484863281);
  const Array printed = frame_of(test::data_file("smlm/masks/mask_tetrapod_printed.mat"));
  EXPECT_THAT(printed.shape, ElementsAre(203, 203));
  EXPECT_EQ(value_at(printed, 100, 120), -2.2656435545784475);
  const auto oracle = test::data_file("smlm/masks/masks_oracle_vipr.mat");
  EXPECT_THAT(error_of(oracle),
              HasSubstr("2 matrices (mask1: double 343 x 343, mask2: double 343 x "
                        "343)"));
  EXPECT_EQ(value_at(frame_of(oracle, "mask1"), 120, 100), 0.3342433305068792);
  EXPECT_EQ(value_at(frame_of(oracle, "mask2"), 100, 120), 0.7766072729907856);
}

TEST(Matlab, PublishedCellArrayIsListed) {
  const auto kernels = test::data_file("images/kernels/Levin09.mat");
  PARFOCAL_REQUIRE_FILE(kernels);
  EXPECT_THAT(error_of(kernels), HasSubstr("no full, real matrix of numbers; the file holds "
                                           "kernels: cell 1 x 8"));
}

}  // namespace
}  // namespace parfocal::formats
