// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace parfocal::test {

/// What became of one case.
struct CaseResult {
  enum class Kind : std::uint8_t { kNotRun, kRunning, kAccepted, kRefused, kFailed };
  std::uint64_t seed = 0;
  Kind kind = Kind::kNotRun;
  std::string message;  ///< why it failed
};

/// Accepted, refused, or failed with a message; runs in a child process.
using CaseBody = std::function<CaseResult(std::uint64_t seed)>;

struct CaseLimits {
  double seconds = 2;                  ///< per case
  std::uint64_t bytes = 256ULL << 20;  ///< beyond what the process holds at its start
  std::uint64_t cases_per_process = 100;
};

/// Runs seeds [begin, begin + count) in forked children, several cases per child.
///
/// Invariants: a case that dies by a signal, exits, or exceeds its time is kFailed, and the cases
///             after it still run. The memory limit is left out under the address sanitizer, which
///             reserves a large address range.
[[nodiscard]] std::vector<CaseResult> run_forked(std::uint64_t begin, std::uint64_t count,
                                                 const CaseBody& body,
                                                 const CaseLimits& limits = {});

}  // namespace parfocal::test
