// SPDX-License-Identifier: Apache-2.0
#include "core/run/run_folder.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/run/file_calls.h"
#include "core/run/sha256.h"
#include "tests/core/run/child_process.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using Kind = ChecksumProblem::Kind;

// d: decimal digit, x: hex digit, anything else: itself.
MATCHER_P(HasShape, shape, "") {
  const std::string wanted = shape;
  const auto fits = [](char c, char want) {
    const std::string digits = "0123456789abcdef";
    if (want == 'd') return digits.substr(0, 10).find(c) != std::string::npos;
    if (want == 'x') return digits.find(c) != std::string::npos;
    return c == want;
  };
  return std::equal(arg.begin(), arg.end(), wanted.begin(), wanted.end(), fits);
}

TEST(RunFolder, HasTheDocumentedNameAndEntries) {
  const ScratchFolder out;
  RunFolder run = RunFolder::create(out.path(), "my run");
  EXPECT_THAT(run.path().filename().string(), HasShape("ddddddddTddddddZ-xxxxxx"));
  EXPECT_EQ(run.path().parent_path(), out / "my run");
  EXPECT_EQ(fs::read_symlink(out / "my run" / "latest"), run.path().filename());
  EXPECT_EQ(read_whole_file(run.path() / "STATUS"), "running\n");
  run.save_texts({"a: 1\r\n", "a: 1\n", {"a=1", "b='x y'"}, {"parfocal", "run", "it's.yaml"}});
  EXPECT_EQ(read_whole_file(run.path() / "config.in.yaml"), "a: 1\r\n");
  EXPECT_EQ(read_whole_file(run.path() / "overrides.txt"), "a=1\nb='x y'\n");
  EXPECT_TRUE(read_whole_file(run.path() / "command.txt")
                  .starts_with("parfocal run 'it'\\''s.yaml'\n# in "));
  run.publish("deep/er/x.txt", "result");
  run.finish(ExitCode::kSuccess);
  EXPECT_EQ(read_whole_file(run.path() / "STATUS"), "success\n");
  EXPECT_FALSE(fs::exists(run.path() / "LOCK"));
  EXPECT_TRUE(verify_checksums(run.path()).empty());
  const RunFolder second = RunFolder::create(out.path(), "my run");
  EXPECT_EQ(fs::read_symlink(out / "my run" / "latest"), second.path().filename());
}

TEST(RunFolder, RefusesNamesAndResultsThatLeaveIt) {
  const ScratchFolder out;
  for (const std::string name : {"", ".", "..", "a/b", "/tmp", "-x", "a\nb"}) {
    EXPECT_THROW((void)RunFolder::create(out.path(), name), UsageError) << name;
  }
  const RunFolder run = RunFolder::create(out.path(), "x");
  for (const std::string name : {"", ".", "..", "../x", "/tmp/x", "a/../../x", "sub/"}) {
    EXPECT_THROW(run.publish(name, "x"), FileError) << name;
  }
}

TEST(RunFolder, ExistingFolderIsNeverTaken) {
  const ScratchFolder out;
  RunFolder::create_at(out / "cell").finish(ExitCode::kSuccess);
  EXPECT_THROW((void)RunFolder::create_at(out / "cell"), FileError);
  write_file_atomically(out / "file", std::string_view("x"));
  EXPECT_THROW((void)RunFolder::create(out / "file", "x"), FileError);
}

TEST(RunFolder, TwoProcessesNeverShareOne) {
  const ScratchFolder out;
  const auto make_many = [&] {
    for (int i = 0; i < 20; ++i) RunFolder::create(out.path(), "x").finish(ExitCode::kSuccess);
  };
  const pid_t first = start_child(make_many);
  const pid_t second = start_child(make_many);
  EXPECT_EQ(wait_for_child(first), 0);
  EXPECT_EQ(wait_for_child(second), 0);
  int folders = 0;
  for (const auto& entry : fs::directory_iterator(out / "x")) {
    if (entry.is_symlink()) continue;
    EXPECT_EQ(read_status(entry.path()).text(), "success");
    ++folders;
  }
  EXPECT_EQ(folders, 40);
}

TEST(Status, SaysHowTheRunEnded) {
  const ScratchFolder out;
  const auto ended = [&](ExitCode code) {
    RunFolder run = RunFolder::create(out.path(), "x");
    EXPECT_EQ(read_status(run.path()).text(), "running");
    run.finish(code);
    return read_status(run.path()).text();
  };
  EXPECT_EQ(ended(ExitCode::kSuccess), "success");
  EXPECT_EQ(ended(ExitCode::kNumeric), "failure 4");
  EXPECT_EQ(ended(ExitCode::kInternal), "failure 70");
  EXPECT_EQ(ended(ExitCode::kInterrupted), "aborted");
  EXPECT_EQ(ended(ExitCode::kTerminated), "aborted");
  EXPECT_EQ(ended(ExitCode::kRequeue), "aborted");
  fs::path left;
  {
    const RunFolder run = RunFolder::create(out.path(), "x");
    left = run.path();
  }
  EXPECT_EQ(read_status(left).text(), "aborted");
  write_file_atomically(left / "STATUS", std::string_view("fine\n"));
  EXPECT_THROW((void)read_status(left), DataError);
}

TEST(Status, TellsTheTruthForAKilledRun) {
  const ScratchFolder out;
  const pid_t child = start_child([&] {
    const RunFolder run = RunFolder::create_at(out / "run");
    write_file_atomically(out / "ready", std::string_view(""));
    ::pause();
  });
  while (!fs::exists(out / "ready")) ::usleep(1000);
  EXPECT_EQ(read_status(out / "run").text(), "running");
  try {
    (void)RunFolder::reopen(out / "run");
    FAIL() << "a second process got the folder";
  } catch (const FileError& error) {
    EXPECT_NE(std::string(error.what()).find("in use by process " + std::to_string(child)),
              std::string::npos)
        << error.what();
  }
  ::kill(child, SIGKILL);
  // A zombie is not alive either.
  for (int i = 0; i < 2000 && read_status(out / "run").text() == "running"; ++i) ::usleep(1000);
  EXPECT_EQ(read_status(out / "run").text(), "aborted (killed)");
  EXPECT_EQ(wait_for_child(child), -SIGKILL);
  EXPECT_EQ(read_status(out / "run").text(), "aborted (killed)");
  EXPECT_EQ(read_whole_file(out / "run" / "STATUS"), "running\n");
  RunFolder::reopen(out / "run").finish(ExitCode::kSuccess);
  EXPECT_EQ(read_status(out / "run").text(), "success");
}

TEST(Lock, IsStaleAfterPidReuseAndRestart) {
  const ScratchFolder out;
  const auto state_with = [&](const std::string& from, const std::string& to) {
    RunLock lock(out.path());
    std::string text = read_whole_file(out / "LOCK");
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    text.replace(at, from.size(), to);
    write_file_atomically(out / "LOCK", text);
    return inspect_lock(out.path()).state;
  };
  EXPECT_EQ(state_with("\"pid\"", "\"pid\""), LockState::kHeld);
  EXPECT_EQ(state_with("\"pid_start_ticks\":", "\"pid_start_ticks\":9"), LockState::kStale);
  EXPECT_EQ(state_with("\"boot_id\":\"", "\"boot_id\":\"f"), LockState::kStale);
  EXPECT_EQ(state_with("\"host\":\"", "\"host\":\"other-"), LockState::kHeld);
  EXPECT_EQ(inspect_lock(out.path()).state, LockState::kFree);
}

void leave_stale_lock(const fs::path& folder) {
  const pid_t dead = start_child([&] { new RunLock(folder); });
  ASSERT_EQ(wait_for_child(dead), 0);
  ASSERT_EQ(inspect_lock(folder).state, LockState::kStale);
}

TEST(Lock, IsNeverHeldByTwoThatFindTheSameStaleOne) {
  const ScratchFolder out;
  constexpr int kTwoInside = 77;
  for (int round = 0; round < 15; ++round) {
    leave_stale_lock(out.path());
    const auto start = std::chrono::steady_clock::now() + std::chrono::milliseconds(4);
    std::vector<pid_t> rivals;
    for (int i = 0; i < 4; ++i) {
      rivals.push_back(start_child([&] {
        while (std::chrono::steady_clock::now() < start) {
        }
        const RunLock lock(out.path());
        if (::mkdir((out / "inside").c_str(), 0700) != 0) ::_exit(kTwoInside);
        ::usleep(10'000);
        ::rmdir((out / "inside").c_str());
      }));
    }
    int winners = 0;
    for (const pid_t rival : rivals) {
      const int code = wait_for_child(rival);
      EXPECT_NE(code, kTwoInside) << "round " << round;
      winners += code == 0 ? 1 : 0;
    }
    EXPECT_GE(winners, 1);
  }
}

// What makes the rivals take turns, without a race: here the test itself holds the guard.
TEST(Lock, TakeOverWaitsForTheOneThatIsJustDoingIt) {
  const ScratchFolder out;
  leave_stale_lock(out.path());
  const int guard = ::open(out.path().c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(guard, LOCK_EX), 0);
  const pid_t rival = start_child([&] { const RunLock lock(out.path()); });
  ::usleep(100'000);
  EXPECT_EQ(inspect_lock(out.path()).state, LockState::kStale) << "did not wait";
  ASSERT_EQ(::flock(guard, LOCK_UN), 0);
  EXPECT_EQ(wait_for_child(rival), 0);
  EXPECT_EQ(inspect_lock(out.path()).state, LockState::kFree);
  ::close(guard);
}

class Checksums : public ::testing::Test {
 protected:
  Checksums() {
    for (const std::string name : {"b", "a b", "line\nbreak", "back\\slash", "Z"}) {
      run_.publish(name, "content of " + name);
    }
    write_file_atomically(folder() / "log.txt", std::string_view("x"));
    run_.finish(ExitCode::kSuccess);
  }
  [[nodiscard]] fs::path folder() const { return run_.path(); }
  [[nodiscard]] std::vector<std::pair<Kind, std::string>> problems() const {
    std::vector<std::pair<Kind, std::string>> list;
    for (const auto& problem : verify_checksums(folder())) {
      list.emplace_back(problem.kind, problem.name);
    }
    return list;
  }

  ScratchFolder out_;
  RunFolder run_ = RunFolder::create(out_.path(), "x");
};

using Problems = std::vector<std::pair<Kind, std::string>>;

TEST_F(Checksums, AreReadBySha256sum) {
  const std::string command =
      "cd '" + folder().string() + "' && sha256sum --strict --quiet -c SHA256SUMS > /dev/null 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  write_file_atomically(folder() / "results" / "b", std::string_view("x"));
  EXPECT_NE(std::system(command.c_str()), 0);
}

TEST_F(Checksums, AreSortedAndLeaveOutWhatChanges) {
  const std::string text = read_whole_file(folder() / "SHA256SUMS");
  const auto position = [&](const std::string& name) { return text.find("  results/" + name); };
  EXPECT_LT(position("Z\n"), position("a b\n"));
  EXPECT_LT(position("a b\n"), position("b\n"));
  for (const char* name : {"LOCK", "STATUS", "log.txt", "events.jsonl", "SHA256SUMS"}) {
    EXPECT_EQ(text.find(std::string("  ") + name), std::string::npos) << name;
  }
}

TEST_F(Checksums, VerifyFindsChangedMissingAndExtraFiles) {
  EXPECT_EQ(problems(), Problems{});
  write_file_atomically(folder() / "results" / "b", std::string_view("content of B"));
  fs::remove(folder() / "results" / "Z");
  write_file_atomically(folder() / "results" / "new", std::string_view("x"));
  EXPECT_EQ(problems(), (Problems{{Kind::kMissing, "results/Z"},
                                  {Kind::kChanged, "results/b"},
                                  {Kind::kExtra, "results/new"}}));
  update_checksums(folder(), {"results/new"});
  EXPECT_EQ(problems(), (Problems{{Kind::kMissing, "results/Z"}, {Kind::kChanged, "results/b"}}));
}

TEST_F(Checksums, VerifyFindsDamagedSums) {
  const fs::path file = folder() / "SHA256SUMS";
  const std::string text = read_whole_file(file);
  write_file_atomically(file, std::string(64, '0') + "  ../../etc/passwd\n" + text);
  EXPECT_EQ(problems().size(), 1U);
  EXPECT_EQ(problems()[0].first, Kind::kMalformedLine);
  write_file_atomically(file, text + text.substr(0, 70));
  EXPECT_EQ(problems().at(0).first, Kind::kMalformedLine);
  fs::remove(file);
  EXPECT_EQ(problems(), (Problems{{Kind::kNoSums, "SHA256SUMS"}}));
}

TEST(RunFolder, FailureWhileFinishingIsReportedAndRecorded) {
  const ScratchFolder out;
  RunFolder run = RunFolder::create(out.path(), "x");
  run.publish("x", "x");
  file_calls::set_fault("write:1:ENOSPC");
  EXPECT_THROW(run.finish(ExitCode::kSuccess), FileError);
  file_calls::set_fault("");
  EXPECT_EQ(read_status(run.path()).text(), "failure 6");
}

}  // namespace
}  // namespace parfocal
