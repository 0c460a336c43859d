// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/apps/resume_case.h"

namespace parfocal::testing {
namespace {

TEST(ResumeLong, ThirtyKillsAFifthOfThemWhileACheckpointIsWritten) {
  constexpr int kKills = 30;
  const ResumeCase study(120);
  const int in_writing = kill_and_resume(study, kKills, 5);
  RecordProperty("kills_while_writing", in_writing);
  std::printf("%d of %d kills fell into the writing of a checkpoint\n", in_writing, kKills);
  EXPECT_GE(in_writing, kKills / 5);
}

}  // namespace
}  // namespace parfocal::testing
