// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <stdexcept>

namespace parfocal {

/// Runs `work` in a forked process, which ends with 0, or with 99 when `work` throws.
template <class Work>
pid_t start_child(Work work) {
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid > 0) return pid;
  int code = 0;
  try {
    work();
  } catch (const std::exception&) {
    code = 99;
  }
  ::_exit(code);
}

/// The exit code, or minus the signal that ended the child.
inline int wait_for_child(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace parfocal
