// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "core/run/atomic_file.h"
#include "core/run/safetensors.h"
#include "core/run/sha256.h"
#include "tests/core/run/safetensors_bytes.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal::safetensors {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refusal_of_file(const std::string& bytes) {
  return message_of([&] { (void)parse(std::as_bytes(std::span(bytes)), "w"); });
}

std::string refusal(const std::string& json, const std::string& data = "") {
  return refusal_of_file(file_of(json, data));
}

/// A header of one tensor.
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets,
                const std::string& name = "a") {
  return "{\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape +
         R"(,"data_offsets":)" + offsets + "}}";
}

std::string two(const std::string& first, const std::string& second) {
  return R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + first +
         R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}";
}

TEST(SafetensorsRefusal, OfAFileWithoutALength) {
  EXPECT_EQ(refusal_of_file("1234567"),
            "w: no safetensors file: 7 bytes long, the shortest has 10");
  EXPECT_THAT(refusal_of_file(""), StartsWith("w: no safetensors file: 0 bytes"));
}

TEST(SafetensorsRefusal, OfAHeaderBeyondTheLimit) {
  const std::string n = std::string("\x01\xe1\xf5\x05\0\0\0\0", 8);  // 100 000 001
  EXPECT_EQ(refusal_of_file(n + "{}"),
            "w: no safetensors file: states a header of 100000001 bytes, the limit is 100000000");
}

TEST(SafetensorsRefusal, OfALengthBeyondTheFileOrWrapped) {
  EXPECT_EQ(refusal_of_file(std::string("\x03\0\0\0\0\0\0\0{}", 10)),
            "w: truncated: states a header of 3 bytes, 2 bytes follow");
  EXPECT_THAT(refusal_of_file(std::string(8, '\xff') + "{}"), HasSubstr("the limit is"));
}

TEST(SafetensorsRefusal, OfInvalidUtf8) {
  for (const char* text : {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xc3", "\xe2\x82"}) {
    EXPECT_EQ(refusal("{\"__metadata__\":{\"a\":\"" + std::string(text) + "\"}}"),
              "w: the header is not valid UTF-8");
  }
}

TEST(SafetensorsRefusal, OfInvalidJson) {
  EXPECT_THAT(refusal("{"), StartsWith("w: invalid JSON at byte "));
  EXPECT_THAT(refusal("{} x"), StartsWith("w: invalid JSON at byte "));
  EXPECT_THAT(refusal("{\"a\":}"), StartsWith("w: invalid JSON at byte "));
  EXPECT_THAT(refusal("{,}"), StartsWith("w: invalid JSON at byte "));
  EXPECT_THAT(refusal(R"({"__metadata__":{"a":"\ud800"}})"), StartsWith("w: invalid JSON"));
  EXPECT_THAT(refusal("{}" + std::string("\0 {", 3)), HasSubstr("a zero byte"));
  EXPECT_EQ(refusal("\xef\xbb\xbf{}"), "w: the header does not begin with {; no JSON object");
}

TEST(SafetensorsRefusal, OfATopLevelThatIsNoObject) {
  for (const char* text : {"[]", "1", "\"a\"", "null", "", "   "}) {
    EXPECT_EQ(refusal(text), "w: the header does not begin with {; no JSON object") << text;
  }
  EXPECT_EQ(refusal(R"({"a":[]})"), "w: \"a\": is a list; an object is needed");
  EXPECT_EQ(refusal(R"({"a":null})"), "w: \"a\": is null; an object is needed");
}

TEST(SafetensorsRefusal, OfADuplicateKeyAtAnyLevel) {
  const std::string empty = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  EXPECT_EQ(refusal("{\"a\":" + empty + ",\"a\":" + empty + "}"),
            "w: the key \"a\" stands twice in the header");
  EXPECT_EQ(refusal("{\"a\":" + empty + ",\"\\u0061\":" + empty + "}"),
            "w: the key \"a\" stands twice in the header");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}})"),
            "w: the key \"dtype\" of tensor \"a\" stands twice in the header");
  EXPECT_EQ(refusal(R"({"__metadata__":{"k":"1","k":"1"}})"),
            "w: the key \"k\" of __metadata__ stands twice in the header");
  EXPECT_EQ(refusal(R"({"__metadata__":{},"__metadata__":{}})"),
            "w: the key \"__metadata__\" stands twice in the header");
}

TEST(SafetensorsRefusal, OfAnUnknownOrMissingField) {
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","strides":[1]}})"),
            "w: tensor \"a\": unknown field \"strides\"; known are dtype, shape and data_offsets");
  EXPECT_EQ(refusal(R"({"a":{"shape":[0],"data_offsets":[0,0]}})"),
            "w: tensor \"a\": has no dtype");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","data_offsets":[0,0]}})"),
            "w: tensor \"a\": has no shape");
  EXPECT_EQ(refusal(R"({"a":{"dtype":"U8","shape":[0]}})"), "w: tensor \"a\": has no data_offsets");
}

TEST(SafetensorsRefusal, OfAnUnknownDtype) {
  for (const std::string dtype :
       {"F8_E4M3", "F8_E5M2", "F4", "F6_E2M3", "F128", "f32", "", "C128"}) {
    EXPECT_THAT(refusal(one(dtype, "[0]", "[0,0]")),
                StartsWith("w: tensor \"a\": dtype \"" + dtype + "\" is not supported; known are"));
  }
  EXPECT_EQ(refusal(R"({"a":{"dtype":5}})"),
            "w: tensor \"a\": dtype is a number; a text is needed");
}

TEST(SafetensorsRefusal, OfAShapeThatIsNoListOfCounts) {
  const auto text = [](const std::string& what) {
    return "w: tensor \"a\": shape holds " + what +
           "; only integers >= 0, written with digits alone, are allowed";
  };
  EXPECT_EQ(refusal(one("U8", "[2.0]", "[0,2]"), "xy"), text("the number 2.0"));
  EXPECT_EQ(refusal(one("U8", "[2e0]", "[0,2]"), "xy"), text("the number 2e0"));
  EXPECT_EQ(refusal(one("U8", "[-2]", "[0,2]"), "xy"), text("a number with a minus sign"));
  EXPECT_EQ(refusal(one("U8", "[-0]", "[0,0]")), text("a number with a minus sign"));
  EXPECT_EQ(refusal(one("U8", "[\"2\"]", "[0,2]"), "xy"), text("a text"));
  EXPECT_EQ(refusal(one("U8", "[true]", "[0,1]"), "x"), text("a truth value"));
  EXPECT_EQ(refusal(one("U8", "[[2]]", "[0,2]"), "xy"), text("a list"));
  EXPECT_EQ(refusal(one("U8", "[9223372036854775808]", "[0,0]")), text("a number beyond 63 bits"));
  EXPECT_EQ(refusal(one("U8", "[18446744073709551616]", "[0,0]")),
            text("the number 18446744073709551616"));
  EXPECT_EQ(refusal(one("U8", "2", "[0,2]"), "xy"),
            "w: tensor \"a\": shape is a number; a list is needed");
}

TEST(SafetensorsRefusal, OfOffsetsThatAreNoPairOfCounts) {
  EXPECT_THAT(refusal(one("U8", "[2]", "[0,2.0]"), "xy"),
              StartsWith("w: tensor \"a\": data_offsets holds the number 2.0;"));
  EXPECT_THAT(refusal(one("U8", "[2]", "[-1,1]"), "xy"),
              StartsWith("w: tensor \"a\": data_offsets holds a number with a minus sign;"));
  EXPECT_EQ(refusal(one("U8", "[2]", "[0,1,2]"), "xy"),
            "w: tensor \"a\": data_offsets holds 3 numbers; two are needed");
  EXPECT_EQ(refusal(one("U8", "[2]", "{}"), "xy"),
            "w: tensor \"a\": data_offsets is an object; a list is needed");
}

TEST(SafetensorsRefusal, OfAShapeWhoseBytesOverflow) {
  const std::string text = "w: tensor \"a\": its shape asks for more bytes than 63 bits can count";
  EXPECT_EQ(refusal(one("U8", "[4294967296,4294967296]", "[0,0]")), text);
  EXPECT_EQ(refusal(one("F64", "[2305843009213693952]", "[0,0]")), text);
  EXPECT_EQ(refusal(one("U8", "[0,4294967296,4294967296]", "[0,0]")), text);
}

TEST(SafetensorsRefusal, OfABytesCountThatIsNotThatOfTheShape) {
  EXPECT_EQ(refusal(one("F32", "[2]", "[0,4]"), "1234"),
            "w: tensor \"a\": dtype and shape ask for 8 bytes, data_offsets are [0, 4]");
  EXPECT_EQ(refusal(one("U8", "[2]", "[2,0]"), "xy"),
            "w: tensor \"a\": dtype and shape ask for 2 bytes, data_offsets are [2, 0]");
}

TEST(SafetensorsRefusal, OfDataThatDoNotStartAtZero) {
  EXPECT_EQ(refusal(one("U8", "[2]", "[1,3]"), "xyz"),
            "w: tensor \"a\": begins at byte 1 of the data, but leaves a hole after byte 0");
}

TEST(SafetensorsRefusal, OfAHole) {
  EXPECT_EQ(refusal(two("[0,2]", "[3,5]"), "abcde"),
            "w: tensor \"b\": begins at byte 3 of the data, but leaves a hole after byte 2");
}

TEST(SafetensorsRefusal, OfAnOverlap) {
  EXPECT_EQ(refusal(two("[1,3]", "[0,2]"), "abc"),
            "w: tensor \"a\": begins at byte 1 of the data, but overlaps the one that ends at 2");
  EXPECT_THAT(refusal(two("[0,2]", "[0,2]"), "ab"), HasSubstr("overlaps"));
}

TEST(SafetensorsRefusal, OfDataThatEndElsewhere) {
  EXPECT_EQ(refusal(one("U8", "[2]", "[0,2]"), "xyz"),
            "w: the tensors end at byte 2 of the data, the file holds 3 bytes");
  EXPECT_EQ(refusal(one("U8", "[2]", "[0,2]"), "x"),
            "w: the tensors end at byte 2 of the data, the file holds 1 bytes");
  EXPECT_THAT(refusal("{}", "x"), HasSubstr("end at byte 0"));
}

TEST(SafetensorsRefusal, OfMetadataThatAreNoTexts) {
  const std::string front = "w: __metadata__ \"k\": is ";
  EXPECT_EQ(refusal(R"({"__metadata__":{"k":1}})"), front + "a number; only texts are allowed");
  EXPECT_EQ(refusal(R"({"__metadata__":{"k":null}})"), front + "null; only texts are allowed");
  EXPECT_EQ(refusal(R"({"__metadata__":{"k":{}}})"), front + "an object; only texts are allowed");
  EXPECT_EQ(refusal(R"({"__metadata__":{"k":["v"]}})"), front + "a list; only texts are allowed");
  EXPECT_EQ(refusal(R"({"__metadata__":"v"})"),
            "w: \"__metadata__\": is a text; an object is needed");
}

TEST(SafetensorsRefusal, OfABadName) {
  EXPECT_EQ(refusal(one("U8", "[0]", "[0,0]", "")), "w: a tensor has an empty name");
  EXPECT_EQ(refusal(one("U8", "[0]", "[0,0]", std::string(512, 'n'))), "");
  EXPECT_THAT(refusal(one("U8", "[0]", "[0,0]", std::string(513, 'n'))),
              HasSubstr("...\": its name is longer than 512 bytes"));
  for (const char* name : {"a\\u0000", "\\n", "\\u001b[2J", "\x7f", "\\u0085"}) {
    EXPECT_THAT(refusal(one("U8", "[0]", "[0,0]", name)),
                HasSubstr("its name holds a control character"))
        << name;
  }
}

TEST(SafetensorsRefusal, OfTooManyTensors) {
  const auto many = [](int n) {
    std::string json = "{";
    for (int i = 0; i < n; ++i) {
      json += (i == 0 ? "\"" : ",\"") + std::to_string(i) +
              R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    }
    return json + "}";
  };
  EXPECT_EQ(refusal(many(100'000)), "");
  EXPECT_EQ(refusal(many(100'001)), "w: more than 100000 tensors");
}

TEST(SafetensorsRefusal, OfATruthValueThatIsNone) {
  EXPECT_EQ(refusal(one("BOOL", "[2]", "[0,2]"), std::string("\1\2", 2)),
            "w: tensor \"a\": a BOOL byte is neither 0 nor 1");
}

TEST(SafetensorsRefusal, OfBytesThatDoNotHaveTheirChecksum) {
  const auto json = [](const std::string& name, const std::string& digest) {
    return R"({"__metadata__":{"sha256:)" + name + R"(":")" + digest +
           R"("},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
  };
  EXPECT_EQ(refusal(json("a", sha256_hex("xy")), "xy"), "");
  EXPECT_EQ(refusal(json("a", sha256_hex("xy")), "xz"),
            "w: tensor \"a\": its bytes do not have the SHA-256 that __metadata__ states; the file "
            "is damaged");
  EXPECT_EQ(refusal(json("b", sha256_hex("xy")), "xy"),
            "w: __metadata__ states the SHA-256 of a tensor that is not there");
}

TEST(SafetensorsRefusal, NamesTheFile) {
  const ScratchFolder folder;
  const std::string path = folder / "short";
  write_file_atomically(path, std::string("1234"));
  EXPECT_EQ(message_of([&] { (void)read(path); }),
            path + ": no safetensors file: 4 bytes long, the shortest has 10");
  EXPECT_EQ(message_of([&] { (void)read(folder / "none"); }),
            (folder / "none").string() + ": cannot be read: No such file or directory");
  EXPECT_EQ(message_of([&] { (void)read(folder.path()); }),
            folder.path().string() + ": is not a regular file");
}

}  // namespace
}  // namespace parfocal::safetensors
