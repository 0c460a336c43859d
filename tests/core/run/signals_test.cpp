// SPDX-License-Identifier: Apache-2.0
#include "core/run/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <new>

#include "core/check.h"
#include "core/error.h"
#include "core/run/exit_codes.h"
#include "tests/core/run/child_process.h"

namespace parfocal {
namespace {

// Each case in its own process, because handlers and flags belong to the process.
int in_child(const std::function<int()>& work) {
  const pid_t pid = start_child([&work] { ::_exit(work()); });
  return wait_for_child(pid);
}

int stop_code_after(int signal_number) {
  return in_child([=] {
    install_signal_handlers();
    const std::function<bool()> stop = cancellation_by_signal();
    if (stop()) return 1;
    ::raise(signal_number);
    return stop() ? static_cast<int>(exit_code_of_signal(*stop_requested())) : 2;
  });
}

TEST(Signals, StopIsRequestedAndGivesTheDocumentedCode) {
  EXPECT_EQ(stop_code_after(SIGINT), 130);
  EXPECT_EQ(stop_code_after(SIGTERM), 143);
  EXPECT_EQ(stop_code_after(SIGHUP), 143);
}

TEST(Signals, SecondInterruptEndsAtOnce) {
  EXPECT_EQ(in_child([] {
              install_signal_handlers();
              ::raise(SIGINT);
              ::raise(SIGINT);
              return 1;
            }),
            130);
}

TEST(Signals, UserSignalAsksForOneCheckpointAndPipeIsIgnored) {
  EXPECT_EQ(in_child([] {
              install_signal_handlers();
              ::raise(SIGUSR1);
              ::raise(SIGPIPE);
              const bool once = take_checkpoint_request() && !take_checkpoint_request();
              return once && !stop_requested() ? 0 : 1;
            }),
            0);
}

TEST(Signals, HangUpStaysIgnoredUnderNohup) {
  EXPECT_EQ(in_child([] {
              ::signal(SIGHUP, SIG_IGN);
              install_signal_handlers();
              ::raise(SIGHUP);
              return stop_requested() ? 1 : 0;
            }),
            0);
}

TEST(Signals, WithoutInstallationTheLibraryChangesNothing) {
  EXPECT_EQ(in_child([] {
              ::raise(SIGTERM);
              return 1;
            }),
            -SIGTERM);
}

TEST(Cancellation, NeverRequestedByDefault) { EXPECT_FALSE(Cancellation().requested()); }

TEST(ExitCode, FollowsTheFamilyOfTheError) {
  EXPECT_EQ(exit_code_of(UsageError("")), ExitCode::kUsage);
  EXPECT_EQ(exit_code_of(SamplingError("")), ExitCode::kUsage);
  EXPECT_EQ(exit_code_of(DataError("")), ExitCode::kData);
  EXPECT_EQ(exit_code_of(NumericError("")), ExitCode::kNumeric);
  EXPECT_EQ(exit_code_of(MemoryError("")), ExitCode::kMemory);
  EXPECT_EQ(exit_code_of(std::bad_alloc()), ExitCode::kMemory);
  EXPECT_EQ(exit_code_of(FileError("")), ExitCode::kFile);
  EXPECT_EQ(exit_code_of(std::filesystem::filesystem_error("", std::error_code())),
            ExitCode::kFile);
  EXPECT_EQ(exit_code_of(LogicError("")), ExitCode::kInternal);
  EXPECT_EQ(exit_code_of(std::runtime_error("")), ExitCode::kInternal);
}

}  // namespace
}  // namespace parfocal
