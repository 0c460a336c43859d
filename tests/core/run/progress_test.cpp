// SPDX-License-Identifier: Apache-2.0
#include "core/run/progress.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "core/run/atomic_file.h"
#include "core/run/eta.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal {
namespace {

TEST(Eta, IsTheMedianOfTheLastTwentyWithoutTheFirst) {
  EtaEstimator eta;
  eta.add_step(1000);  // planning and allocation
  EXPECT_FALSE(eta.remaining_s(10));
  eta.add_step(1);
  EXPECT_DOUBLE_EQ(eta.remaining_s(10).value(), 10);
  eta.add_step(3);
  EXPECT_DOUBLE_EQ(eta.median_step_s().value(), 2);
  eta.add_step(500);  // one hiccup does not move it far
  EXPECT_DOUBLE_EQ(eta.median_step_s().value(), 3);
  for (int i = 0; i < 20; ++i) eta.add_step(i < 10 ? 4 : 6);
  EXPECT_DOUBLE_EQ(eta.median_step_s().value(), 5);
  for (int i = 0; i < 11; ++i) eta.add_step(8);
  EXPECT_DOUBLE_EQ(eta.median_step_s().value(), 8);
}

TEST(Eta, DurationsReadLikeAClock) {
  EXPECT_EQ(duration_text(4.6), "0:05");
  EXPECT_EQ(duration_text(754), "12:34");
  EXPECT_EQ(duration_text(11045), "3:04:05");
  EXPECT_EQ(duration_text(2 * 86400 + 11045), "2 d 03:04:05");
}

struct FakeClock {
  double now = 0;
};

std::string shown_elsewhere(const Progress::Options& options, double step_s, int steps) {
  const ScratchFolder folder;
  const int file = ::open((folder / "out").c_str(), O_WRONLY | O_CREAT, 0600);
  {
    TerminalLine line(file);
    FakeClock clock;
    Progress progress(line, options, [&clock] { return clock.now; });
    for (int i = 1; i <= steps; ++i) {
      clock.now += step_s;
      progress.update(static_cast<std::uint64_t>(i), 1.0 / i);
    }
  }
  ::close(file);
  return read_whole_file(folder / "out");
}

TEST(Progress, ElsewhereOneWholeLinePerTenSeconds) {
  Progress::Options options;
  options.label = "reconstruct";
  options.total = 100;
  options.value_name = "objective";
  const std::string text = shown_elsewhere(options, 0.5, 100);  // 50 s
  EXPECT_EQ(std::ranges::count(text, '\n'), 5) << text;
  EXPECT_TRUE(
      text.starts_with("reconstruct 20/100 20% 2 step/s ETA 0:40 objective 5.0000e-02 mem "))
      << text;
  EXPECT_NE(text.find("reconstruct 100/100 100% 2 step/s objective"), std::string::npos) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Progress, ShortLoopElsewhereShowsItsEnd) {
  const std::string text = shown_elsewhere({.label = "x"}, 0.001, 7);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_TRUE(text.starts_with("x 7 "));
}

TEST(Progress, QuietPrintsNothing) {
  Progress::Options options;
  options.quiet = true;
  EXPECT_EQ(shown_elsewhere(options, 20, 10), "");
}

// A pseudo-terminal: what a user would see.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) return;
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    const struct winsize size = {24, 60, 0, 0};
    ::ioctl(slave_, TIOCSWINSZ, &size);
  }
  ~Terminal() {
    ::close(slave_);
    ::close(master_);
  }
  [[nodiscard]] bool usable() const { return slave_ >= 0; }
  [[nodiscard]] int descriptor() const { return slave_; }
  std::string seen() const {
    std::string text;
    char block[4096];
    for (ssize_t got = 0; (got = ::read(master_, block, sizeof block)) > 0;) {
      text.append(block, static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  int master_;
  int slave_ = -1;
};

std::string shown_on(const Terminal& terminal) {
  std::string text;
  TerminalLine line(terminal.descriptor());
  FakeClock clock;
  Progress progress(line, {.label = "solve", .total = 1000}, [&clock] { return clock.now; });
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    clock.now += 0.001;
    progress.update(i);
    if (i == 500) line.print("a message");
    text += terminal.seen();
  }
  return text;
}

TEST(Progress, TerminalIsRedrawnAtMostTenTimesPerSecond) {
  const Terminal terminal;
  if (!terminal.usable()) GTEST_SKIP() << "no pseudo-terminal here";
  ::setenv("NO_COLOR", "1", 1);
  const std::string text = shown_on(terminal);
  ::unsetenv("NO_COLOR");
  std::size_t redraws = 0;
  for (std::size_t at = 0; (at = text.find("\rsolve ", at)) != std::string::npos; ++at) ++redraws;
  EXPECT_GE(redraws, 8U);
  EXPECT_LE(redraws, 12U);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find(" \ra message\r\nsolve "), std::string::npos) << text;
  // No line is wider than the terminal: it would wrap, and the redraw would climb down the screen.
  std::size_t width = 0;
  for (const char c : text) {
    width = c == '\r' || c == '\n' ? 0 : width + 1;
    ASSERT_LT(width, 60U);
  }
}

TEST(Progress, ColoursOnlyWithoutNoColor) {
  const Terminal terminal;
  if (!terminal.usable()) GTEST_SKIP() << "no pseudo-terminal here";
  ::unsetenv("NO_COLOR");
  EXPECT_NE(shown_on(terminal).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace parfocal
