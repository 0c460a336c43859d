// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/forked_cases.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <exception>
#include <fstream>
#include <new>
#include <stdexcept>

namespace parfocal::test {
namespace {

/// One result as parent and child share it.
struct Slot {
  volatile CaseResult::Kind kind;
  std::array<char, 400> message;
};

void limit(__rlimit_resource resource, std::uint64_t value) {
  const struct rlimit bound = {value, value};
  ::setrlimit(resource, &bound);
}

void limit_memory(std::uint64_t bytes) {
#if !defined(__SANITIZE_ADDRESS__)
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  limit(RLIMIT_AS, pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + bytes);
#else
  static_cast<void>(bytes);
#endif
}

/// SIGALRM ends the child when the time of a case is over.
void set_alarm(double seconds) {
  struct itimerval timer = {};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  timer.it_value.tv_usec =
      static_cast<suseconds_t>((seconds - static_cast<double>(timer.it_value.tv_sec)) * 1e6);
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

void store(Slot& slot, CaseResult::Kind kind, const std::string& message) {
  const std::size_t length = std::min(message.size(), slot.message.size() - 1);
  std::memcpy(slot.message.data(), message.data(), length);
  slot.message[length] = '\0';
  slot.kind = kind;
}

[[noreturn]] void run_child(std::uint64_t begin, Slot* slots, std::uint64_t count,
                            const CaseBody& body, const CaseLimits& limits) {
  limit(RLIMIT_CORE, 0);
  limit_memory(limits.bytes);
  for (std::uint64_t i = 0; i < count; ++i) {
    slots[i].kind = CaseResult::Kind::kRunning;
    set_alarm(limits.seconds);
    try {
      const CaseResult result = body(begin + i);
      store(slots[i], result.kind, result.message);
    } catch (const std::exception& error) {
      store(slots[i], CaseResult::Kind::kFailed, std::string("exception: ") + error.what());
    }
    set_alarm(0);
  }
  ::_exit(0);
}

std::string ending_of(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGALRM) return "exceeded its time";
    return std::string("died by signal ") + std::to_string(signal);
  }
  return "ended the process with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::vector<CaseResult> run_forked(std::uint64_t begin, std::uint64_t count, const CaseBody& body,
                                   const CaseLimits& limits) {
  void* shared = ::mmap(nullptr, count * sizeof(Slot), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::bad_alloc();
  auto* slots = static_cast<Slot*>(shared);
  for (std::uint64_t next = 0; next < count;) {
    const std::uint64_t group = std::min(limits.cases_per_process, count - next);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) run_child(begin + next, slots + next, group, body, limits);
    int status = 0;
    ::waitpid(child, &status, 0);
    const std::uint64_t end = next + group;
    while (next < end && slots[next].kind > CaseResult::Kind::kRunning) ++next;
    if (next < end) store(slots[next++], CaseResult::Kind::kFailed, ending_of(status));
  }
  std::vector<CaseResult> results(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    results[i] = {begin + i, slots[i].kind, slots[i].message.data()};
  }
  ::munmap(shared, count * sizeof(Slot));
  return results;
}

}  // namespace parfocal::test
