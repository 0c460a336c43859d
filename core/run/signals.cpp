// SPDX-License-Identifier: Apache-2.0
#include "core/run/signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "core/check.h"
#include "core/run/exit_codes.h"

namespace parfocal {
namespace {

std::atomic<int> stop_signal{0};
std::atomic<bool> interrupted_before{false};
std::atomic<bool> checkpoint_wanted{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void on_stop(int number) {
  if (number == SIGINT && interrupted_before.exchange(true)) {
    ::_exit(static_cast<int>(ExitCode::kInterrupted));
  }
  int none = 0;
  stop_signal.compare_exchange_strong(none, number == SIGHUP ? SIGTERM : number);
}

extern "C" void on_checkpoint(int) { checkpoint_wanted.store(true); }

void install(int number, void (*handler)(int)) {
  struct sigaction before {};
  PARFOCAL_CHECK(::sigaction(number, nullptr, &before) == 0);
  if (before.sa_handler == SIG_IGN && handler != SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  PARFOCAL_CHECK(::sigaction(number, &action, nullptr) == 0);
}

}  // namespace

void install_signal_handlers() {
  install(SIGTERM, on_stop);
  install(SIGINT, on_stop);
  install(SIGHUP, on_stop);
  install(SIGUSR1, on_checkpoint);
  install(SIGPIPE, SIG_IGN);
}

std::optional<int> stop_requested() {
  const int number = stop_signal.load();
  return number == 0 ? std::nullopt : std::optional(number);
}

bool take_checkpoint_request() { return checkpoint_wanted.exchange(false); }

Cancellation cancellation_by_signal() {
  return Cancellation([] { return stop_requested().has_value(); });
}

}  // namespace parfocal
