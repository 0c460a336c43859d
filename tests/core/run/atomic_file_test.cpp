// SPDX-License-Identifier: Apache-2.0
#include "core/run/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <random>
#include <thread>

#include "core/error.h"
#include "core/run/append_file.h"
#include "core/run/file_calls.h"
#include "tests/core/run/child_process.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

class FaultGuard {
 public:
  explicit FaultGuard(const std::string& specification) { file_calls::set_fault(specification); }
  ~FaultGuard() { file_calls::set_fault(""); }
};

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

// One content fills the file with one letter, so a mixture or a short file is recognised.
constexpr std::size_t kSize = 1 << 20;

void write_in_pieces(AtomicFile& file, char letter) {
  const std::string piece(kSize / 16, letter);
  for (int i = 0; i < 16; ++i) file.write(piece);
}

void replace_atomically(const fs::path& path, char letter) {
  AtomicFile file(path);
  write_in_pieces(file, letter);
  file.commit();
}

void replace_in_place(const fs::path& path, char letter) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  const std::string piece(kSize / 16, letter);
  for (int i = 0; i < 16; ++i) {
    if (::write(descriptor, piece.data(), piece.size()) < 0) break;
  }
  ::close(descriptor);
}

bool is_whole(const fs::path& path) {
  if (!fs::exists(path)) return true;
  const std::string text = read_whole_file(path);
  return text.size() == kSize && text.find_first_not_of(text[0]) == std::string::npos;
}

template <class Replace>
int partial_files_after_kills(const fs::path& path, int kills, Replace replace) {
  std::mt19937 random(20260101);
  int partial = 0;
  for (int i = 0; i < kills; ++i) {
    const pid_t child = start_child([&] {
      for (int n = 0;; ++n) replace(path, static_cast<char>('a' + n % 26));
    });
    std::this_thread::sleep_for(std::chrono::microseconds(2000 + random() % 12000));
    ::kill(child, SIGKILL);
    wait_for_child(child);
    partial += is_whole(path) ? 0 : 1;
  }
  return partial;
}

TEST(AtomicFile, IsNeverPartialUnderRandomKills) {
  const ScratchFolder folder;
  EXPECT_EQ(partial_files_after_kills(folder / "final", 60, replace_atomically), 0);
  EXPECT_TRUE(fs::exists(folder / "final"));
  remove_stale_temporaries(folder.path());
  EXPECT_EQ(entries_in(folder.path()), 1U) << "stale temporaries stay";
}

TEST(AtomicFile, KillCheckCatchesWritingInPlace) {
  const ScratchFolder folder;
  EXPECT_GT(partial_files_after_kills(folder / "final", 60, replace_in_place), 10);
}

TEST(AtomicFile, EveryFailingCallIsReportedAndTheOlderFileStays) {
  const ScratchFolder folder;
  const fs::path path = folder / "final";
  replace_atomically(path, 'o');
  struct Case {
    const char* call;
    int count;
  };
  // open: the file, then the folder. fsync: the file, then the folder. close: likewise.
  constexpr std::array<Case, 5> kCases = {
      {{"open", 1}, {"write", 16}, {"fsync", 1}, {"close", 1}, {"rename", 1}}};
  int failures = 0;
  for (const char* error : {"ENOSPC", "EIO", "EDQUOT"}) {
    for (const auto& [call, count] : kCases) {
      for (int nth = 1; nth <= count; ++nth) {
        const FaultGuard fault(std::string(call) + ":" + std::to_string(nth) + ":" + error);
        const std::string message = message_of([&] { replace_atomically(path, 'n'); });
        EXPECT_NE(message.find(path.string()), std::string::npos) << call << nth;
        EXPECT_NE(message.find(error), std::string::npos) << message;
        EXPECT_EQ(read_whole_file(path), std::string(kSize, 'o')) << call << nth;
        EXPECT_EQ(entries_in(folder.path()), 1U) << call << nth;
        ++failures;
      }
    }
  }
  EXPECT_EQ(failures, 60);
}

TEST(AtomicFile, FailureAfterTheRenameIsReportedAndTheNewFileIsWhole) {
  const ScratchFolder folder;
  const fs::path path = folder / "final";
  for (const char* fault_text : {"open:2:EIO", "fsync:2:EIO", "close:2:EIO"}) {
    replace_atomically(path, 'o');
    const FaultGuard fault(fault_text);
    EXPECT_THROW(replace_atomically(path, 'n'), FileError) << fault_text;
    EXPECT_EQ(read_whole_file(path), std::string(kSize, 'n'));
  }
}

TEST(AtomicFile, FullDiskSaysBytesNeededAndFree) {
  const ScratchFolder folder;
  const FaultGuard fault("write:1:ENOSPC");
  const std::string message =
      message_of([&] { write_file_atomically(folder / "final", std::string(12345, 'x')); });
  EXPECT_NE(message.find("write failed: No space left on device (ENOSPC)"), std::string::npos);
  EXPECT_NE(message.find("12345 bytes needed, "), std::string::npos) << message;
  EXPECT_NE(message.find(" bytes free; free some space"), std::string::npos) << message;
}

TEST(AtomicFile, InterruptedCallsAreRepeated) {
  const ScratchFolder folder;
  for (const char* call : {"open", "write", "fsync", "close", "rename"}) {
    const FaultGuard fault(std::string(call) + ":1:EINTR");
    replace_atomically(folder / "final", 'x');
    EXPECT_TRUE(is_whole(folder / "final")) << call;
  }
}

// RLIMIT_FSIZE makes the kernel itself write short, then fail.
TEST(AtomicFile, RealShortWriteIsAnError) {
  const ScratchFolder folder;
  write_file_atomically(folder / "final", std::string_view("old"));
  const pid_t child = start_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    replace_atomically(folder / "final", 'n');
  });
  EXPECT_EQ(wait_for_child(child), 99);
  EXPECT_EQ(read_whole_file(folder / "final"), "old");
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(AtomicFile, WithoutCommitNothingAppears) {
  const ScratchFolder folder;
  {
    AtomicFile file(folder / "final");
    file.reserve(1 << 20);
    file.write("text");
    EXPECT_EQ(fs::file_size(file.temporary_path()), 4U);
  }
  EXPECT_EQ(entries_in(folder.path()), 0U);
}

// No real device here: a broken check would replace it.
TEST(AtomicFile, RefusesFoldersPipesAndLoops) {
  const ScratchFolder folder;
  fs::create_directory(folder / "sub");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  fs::create_symlink("loop", folder / "loop");
  fs::create_symlink("fifo", folder / "link to fifo");
  for (const fs::path& path :
       {folder / "sub", folder / "fifo", folder / "loop", folder / "link to fifo", fs::path(""),
        folder / std::string("a\0b", 3), folder / "missing" / "x", folder / std::string(4096, 'x'),
        folder / "fifo" / "x"}) {
    EXPECT_THROW(write_file_atomically(path, std::string_view("x")), FileError) << path;
  }
  EXPECT_TRUE(fs::is_fifo(folder / "fifo"));
}

TEST(AtomicFile, FollowsALinkAndTakesAwkwardNames) {
  const ScratchFolder folder;
  write_file_atomically(folder / "target", std::string_view("old"));
  fs::create_symlink("target", folder / "link");
  write_file_atomically(folder / "link", std::string_view("new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_whole_file(folder / "target"), "new");
  for (const std::string name : {"two words", "line\nbreak", "\xc3\xa4\xe6\xbc\xa2.tif", "-rf"}) {
    write_file_atomically(folder / name, std::string_view("x"));
    EXPECT_EQ(read_whole_file(folder / name), "x");
  }
}

TEST(AtomicFile, StaleTemporariesOfLivingProcessesStay) {
  const ScratchFolder folder;
  AtomicFile own(folder / "final");
  const pid_t child = start_child([&] {
    new AtomicFile(folder / "other");  // left behind, as by a kill
  });
  EXPECT_EQ(wait_for_child(child), 0);
  write_file_atomically(folder / "notes.tmp.1.txt", std::string_view("not ours"));
  EXPECT_EQ(entries_in(folder.path()), 3U);
  EXPECT_EQ(remove_stale_temporaries(folder.path()).size(), 1U);
  EXPECT_TRUE(fs::exists(own.temporary_path()));
  EXPECT_TRUE(fs::exists(folder / "notes.tmp.1.txt"));
}

TEST(FaultHook, RefusesWhatItCannotParse) {
  for (const char* text : {"write", "write:1", "write:0:EIO", "write:x:EIO", "read:1:EIO",
                           "write:1:EWHAT", "write:1:", ":1:EIO", "write:-1:EIO"}) {
    EXPECT_THROW(file_calls::set_fault(text), UsageError) << text;
  }
}

TEST(AppendFile, FailedRecordLeavesTheOnesBeforeIt) {
  const ScratchFolder folder;
  AppendFile file(folder / "log", AppendFile::Mode::kCreate);
  file.append("one\n");
  {
    const FaultGuard fault("write:1:ENOSPC");
    EXPECT_THROW(file.append("two\n"), FileError);
  }
  file.append("three\n");
  EXPECT_EQ(read_whole_file(folder / "log"), "one\nthree\n");
  EXPECT_THROW(AppendFile(folder / "log", AppendFile::Mode::kCreate), FileError);
  AppendFile(folder / "log", AppendFile::Mode::kContinue).append("to");
  EXPECT_EQ(cut_torn_line(folder / "log"), 2U);
  EXPECT_EQ(cut_torn_line(folder / "log"), 0U);
  EXPECT_EQ(read_whole_file(folder / "log"), "one\nthree\n");
}

TEST(AppendFile, HalfWrittenRecordIsCutOff) {
  const ScratchFolder folder;
  const pid_t child = start_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    AppendFile file(folder / "log", AppendFile::Mode::kCreate);
    file.append(std::string(90'000, 'a'));
    file.append(std::string(20'000, 'b'));  // the kernel takes 10,000 bytes, then refuses
  });
  EXPECT_EQ(wait_for_child(child), 99);
  EXPECT_EQ(read_whole_file(folder / "log"), std::string(90'000, 'a'));
}

}  // namespace
}  // namespace parfocal
