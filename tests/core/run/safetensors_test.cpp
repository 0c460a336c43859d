// SPDX-License-Identifier: Apache-2.0
#include "core/run/safetensors.h"

#include <gmock/gmock.h>

#include <limits>
#include <random>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/build_info.h"
#include "core/run/file_calls.h"
#include "core/run/sha256.h"
#include "tests/core/run/safetensors_bytes.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal::safetensors {
namespace {

using testing::HasSubstr;

template <class T>
StoredTensor tensor_of(const std::string& name, Dtype dtype, std::vector<std::int64_t> shape,
                       const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {name, dtype, std::move(shape), {bytes.begin(), bytes.end()}};
}

Contents three_tensors() {
  return {{tensor_of<std::uint8_t>("zebra", Dtype::kU8, {3}, {1, 2, 3}),
           tensor_of<float>("b", Dtype::kF32, {2, 1}, {0.5f, -4.0f}),
           tensor_of<double>("last", Dtype::kF64, {}, {0.1}),
           tensor_of<float>("a", Dtype::kF32, {0, 7}, {})},
          {{"licence", "Apache-2.0"}, {"note", "two\nlines \"quoted\" \xc2\xb5m"}}};
}

TEST(Safetensors, WritesThePublishedBytes) {
  const ScratchFolder folder;
  const Contents contents{{tensor_of<float>("a", Dtype::kF32, {2}, {1.0f, -2.0f})}, {}};
  write(folder / "golden", contents, {.stamp = false});
  const std::string bytes = read_whole_file(folder / "golden");
  const std::string json = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  )";
  const std::string data("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);
  EXPECT_EQ(bytes, std::string("\x38\0\0\0\0\0\0\0", 8) + json + data);
  EXPECT_EQ(bytes.size(), 72u);
  EXPECT_EQ(sha256_hex(bytes), "8aa3e2b342431367d957dd15ae6263303c3f27376d40e2d1bbec7012945eecf1");
  EXPECT_EQ(read(folder / "golden"), contents);
}

TEST(Safetensors, AreSortedBySizeOfTheDtypeThenName) {
  const ScratchFolder folder;
  write(folder / "f", three_tensors());
  const Contents back = read(folder / "f");
  std::vector<std::string> names;
  for (const StoredTensor& tensor : back.tensors) names.push_back(tensor.name);
  EXPECT_THAT(names, testing::ElementsAre("last", "a", "b", "zebra"));
}

TEST(Safetensors, ReadBackToTheSameBytesAndMetadata) {
  const ScratchFolder folder;
  const Contents contents = three_tensors();
  write(folder / "f", contents);
  const Contents back = read(folder / "f");
  EXPECT_THAT(back.tensors, testing::UnorderedElementsAreArray(contents.tensors));
  EXPECT_EQ(back.metadata.at("note"), contents.metadata.at("note"));
  EXPECT_EQ(back.metadata.at("format_version"), "1");
  EXPECT_EQ(back.metadata.at("program_version"), build_info().version);
  EXPECT_EQ(back.metadata.at("sha256:b"), sha256_hex(contents.tensors[1].bytes));
  EXPECT_EQ(back.metadata.size(), 2 + 2 + contents.tensors.size());
}

TEST(Safetensors, SameContentsGiveTheSameBytes) {
  const ScratchFolder folder;
  Contents contents = three_tensors();
  write(folder / "f", contents);
  std::ranges::reverse(contents.tensors);
  write(folder / "g", contents);
  write(folder / "h", read(folder / "f"));
  EXPECT_EQ(read_whole_file(folder / "f"), read_whole_file(folder / "g"));
  EXPECT_EQ(read_whole_file(folder / "f"), read_whole_file(folder / "h"));
  EXPECT_EQ(read_whole_file(folder / "f").size() % 8, 3u);  // only the bytes come last
}

TEST(Safetensors, ReplaceChecksumsOfAnOlderFile) {
  const ScratchFolder folder;
  Contents contents = three_tensors();
  contents.metadata["sha256:b"] = "of other bytes";
  contents.metadata["sha256:gone"] = "of no tensor";
  write(folder / "f", contents);
  EXPECT_EQ(read(folder / "f").metadata.count("sha256:gone"), 0u);
}

TEST(Safetensors, TellDtypesApartByName) {
  for (int i = 0; i <= static_cast<int>(Dtype::kC64); ++i) {
    const auto dtype = static_cast<Dtype>(i);
    EXPECT_EQ(dtype_of(name_of(dtype)), dtype);
    const std::string name(name_of(dtype));
    const std::string digits = name.substr(std::min(name.find_first_of("0123456789"), name.size()));
    EXPECT_EQ(bytes_of(dtype), digits.empty() ? 1u : std::stoul(digits) / 8) << name;
  }
  EXPECT_EQ(dtype_of("F128"), std::nullopt);
}

TEST(Safetensors, AcceptWhatTheFormatTolerates) {
  const auto entry = [](const char* shape, int end) {
    return std::string(R"({"a":{"dtype":"U8","shape":)") + shape + R"(,"data_offsets":[0,)" +
           std::to_string(end) + "]}}";
  };
  EXPECT_EQ(parsed(entry("[2]", 2) + "     ", "xy").tensors.size(), 1u);
  EXPECT_EQ(parsed(" \n" + entry("[2]", 2), "xy").tensors.size(), 1u);
  EXPECT_EQ(parsed(entry("[]", 1), "x").tensors[0].bytes.size(), 1u);
  EXPECT_EQ(parsed(entry("[3,0]", 0), "").tensors[0].bytes.size(), 0u);
  EXPECT_EQ(parsed("{}", "").tensors.size(), 0u);
  EXPECT_EQ(parsed(R"({"__metadata__":{"":"", "a":"b"}})", "").metadata.size(), 2u);
  // Field order and order in the header are free.
  const auto two = parsed(R"({"b":{"data_offsets":[1,2],"shape":[1],"dtype":"U8"},)"
                          R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                          "xy");
  EXPECT_EQ(two.tensors[0].name, "a");
  EXPECT_EQ(two.tensors[1].bytes[0], std::byte{'y'});
}

TEST(Safetensors, AreWrittenWholeOrNotAtAll) {
  const ScratchFolder folder;
  write(folder / "f", three_tensors());
  const std::string before = read_whole_file(folder / "f");
  for (const char* fault : {"write:1:ENOSPC", "write:3:EIO", "fsync:1:EIO", "rename:1:EACCES"}) {
    Contents other = three_tensors();
    other.tensors.pop_back();
    file_calls::set_fault(fault);
    EXPECT_THROW(write(folder / "f", other), FileError) << fault;
    file_calls::set_fault("");
    EXPECT_EQ(read_whole_file(folder / "f"), before) << fault;
  }
}

TEST(Safetensors, HoldNaNOnlyWhereAsked) {
  const ScratchFolder folder;
  const auto refused = [&](const StoredTensor& tensor) {
    const Contents contents{{tensor}, {}};
    EXPECT_THROW(write(folder / "f", contents), NumericError) << name_of(tensor.dtype);
    write(folder / "f", contents, {.allow_non_finite = true});
    EXPECT_EQ(read(folder / "f", {.allow_non_finite = true}).tensors[0], tensor);
    EXPECT_THAT(message_of([&] { (void)read(folder / "f"); }),
                HasSubstr("tensor \"t\": number 1 is NaN or infinite"));
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  refused(tensor_of<float>("t", Dtype::kF32, {2}, {0, nan}));
  refused(tensor_of<float>("t", Dtype::kF32, {2}, {0, -infinity}));
  refused(tensor_of<float>("t", Dtype::kC64, {1}, {0, infinity}));
  refused(tensor_of<double>("t", Dtype::kF64, {2}, {0, nan}));
  refused(tensor_of<std::uint16_t>("t", Dtype::kF16, {2}, {0x7bff, 0x7c00}));
  refused(tensor_of<std::uint16_t>("t", Dtype::kBf16, {2}, {0x7f7f, 0xffc0}));
  write(folder / "f", {{tensor_of<std::uint32_t>("t", Dtype::kU32, {1}, {0x7f800000})}, {}});
}

TEST(Safetensors, RefuseToWriteWhatNoFileCanHold) {
  const ScratchFolder folder;
  const auto refused = [&](const StoredTensor& tensor) {
    EXPECT_THROW(write(folder / "f", {{tensor}, {}}), LogicError) << tensor.name;
    EXPECT_FALSE(std::filesystem::exists(folder / "f"));
  };
  const auto bytes = [](const std::string& name, std::vector<std::int64_t> shape) {
    return tensor_of<std::uint8_t>(name, Dtype::kU8, std::move(shape), {1, 2});
  };
  refused(bytes("wrong shape", {3}));
  refused(bytes("negative", {-1, -2}));
  refused(bytes("", {2}));
  refused(bytes("__metadata__", {2}));
  refused(bytes("new\nline", {2}));
  refused(bytes("\xff", {2}));
  refused(bytes(std::string(513, 'n'), {2}));
  EXPECT_THROW(write(folder / "f", {{bytes("twice", {2}), bytes("twice", {2})}, {}}), LogicError);
  EXPECT_THROW(write(folder / "f", {{}, {{"\xff", ""}}}), LogicError);
}

/// Byte flips, cuts, repeats and insertions, half of them in the header.
std::string mutated(std::string bytes, std::mt19937& random) {
  const std::size_t front = std::min<std::size_t>(bytes.size(), 420);
  const auto changes = 1 + random() % 3;
  for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = random() % (random() % 2 == 0 ? bytes.size() : front) % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, random() % 40));
        break;
      case 3:
        bytes[at] = "0123456789{}[]\",:-.eE \\"[random() % 23];
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    }
  }
  return bytes;
}

TEST(SafetensorsMutation, EitherReadsOrIsADataError) {
  const ScratchFolder folder;
  write(folder / "f", three_tensors());
  write(folder / "bare", three_tensors(), {.stamp = false});
  std::mt19937 random(5);
  std::size_t readable = 0;
  for (const char* name : {"f", "bare"}) {
    const std::string original = read_whole_file(folder / name);
    for (int i = 0; i < 6000; ++i) {
      const std::string bytes = mutated(original, random);
      try {
        (void)parse(std::as_bytes(std::span(bytes)), "mutation");
        ++readable;
      } catch (const DataError& error) {
        EXPECT_TRUE(std::string(error.what()).starts_with("mutation: "));
      }
    }
  }
  EXPECT_GT(readable, 0u);  // such as a letter of the metadata
  EXPECT_LT(readable, 3000u);
}

}  // namespace
}  // namespace parfocal::safetensors
