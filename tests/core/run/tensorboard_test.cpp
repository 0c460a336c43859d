// SPDX-License-Identifier: Apache-2.0
#include "core/run/tensorboard.h"

#include <gtest/gtest.h>

#include "core/run/atomic_file.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal {
namespace {

TEST(TensorBoard, TheChecksumIsThatOfCastagnoli) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
}

/// The first bytes of every such file: length 24 and its masked checksum.
TEST(TensorBoard, AFileBeginsAsEveryOtherOne) {
  const ScratchFolder scratch;
  const auto path = scratch.path() / "events.out.tfevents.x";
  TensorBoardFile file(path);
  const std::string bytes = read_whole_file(path);
  ASSERT_EQ(bytes.size(), 8U + 4 + 24 + 4);
  EXPECT_EQ(bytes.substr(0, 12), std::string("\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22", 12));
  EXPECT_EQ(bytes.substr(21, 15),
            "\x1a\x0d"
            "brain.Event:2");
}

TEST(TensorBoard, AScalarIsTheMessageByHand) {
  const ScratchFolder scratch;
  const auto path = scratch.path() / "events.out.tfevents.x";
  TensorBoardFile file(path);
  file.scalar("loss", 300, 1.5);
  // wall_time 0; step 300 = ac 02; summary 2a 0d { value 0a 0b { tag 0a 04 loss, 15 float 1.5 } }
  const std::string event(
      "\x09\0\0\0\0\0\0\0\0\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15\0\0\xc0\x3f", 27);
  const std::string bytes = read_whole_file(path);
  EXPECT_EQ(bytes.substr(40, 8), std::string("\x1b\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(bytes.substr(52, 27), event);
  EXPECT_EQ(bytes.size(), 40U + 12 + 27 + 4);
}

}  // namespace
}  // namespace parfocal
