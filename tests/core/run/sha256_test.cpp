// SPDX-License-Identifier: Apache-2.0
#include "core/run/sha256.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/base64.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal {
namespace {

// FIPS 180-4 examples and the NIST CAVP long message.
TEST(Sha256, ReproducesTheNistVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(
      sha256_hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklm"
                 "nopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnWhereTheStreamIsCut) {
  std::mt19937 random(7);
  for (std::size_t length = 0; length < 300; ++length) {
    std::string text(length, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    Sha256 cut;
    for (std::size_t at = 0; at < length;) {
      const std::size_t piece = std::min<std::size_t>(random() % 90, length - at);
      cut.update(std::string_view(text).substr(at, piece));
      at += piece;
    }
    EXPECT_EQ(to_hex(cut.finish()), sha256_hex(text)) << length;
  }
}

TEST(Sha256, ProcessorInstructionsAndPortableCodeAgree) {
  if (!sha256_detail::has_sha_instructions()) GTEST_SKIP() << "no SHA instructions here";
  std::vector<std::byte> blocks(64 * 37);
  std::mt19937 random(11);
  for (auto& byte : blocks) byte = static_cast<std::byte>(random());
  sha256_detail::State portable = {1, 2, 3, 4, 5, 6, 7, 8};
  sha256_detail::State fast = portable;
  sha256_detail::compress_portable(portable, blocks);
  sha256_detail::compress_x86(fast, blocks);
  EXPECT_EQ(portable, fast);
}

TEST(Sha256, OfAFileEqualsThatOfItsBytes) {
  const ScratchFolder folder;
  const std::string text(3'000'001, 'x');
  write_file_atomically(folder / "file", text);
  EXPECT_EQ(sha256_of_file(folder / "file"), sha256_hex(text));
  EXPECT_THROW((void)sha256_of_file(folder / "missing"), FileError);
}

// RFC 4648, section 10.
TEST(Base64, ReproducesTheVectorsOfTheRfc) {
  const auto encode = [](std::string_view text) {
    return base64_encode(std::as_bytes(std::span(text)));
  };
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg==");
  EXPECT_EQ(encode("fo"), "Zm8=");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foob"), "Zm9vYg==");
  EXPECT_EQ(encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode("\xfb\xff\xfe"), "+//+");
}

}  // namespace
}  // namespace parfocal
