// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace parfocal {

/// The machine, as far as it can change results or speed.
struct HostInfo {
  std::string name;
  std::string kernel;
  std::string cpu_model;
  std::vector<std::string> cpu_flags;  ///< only those that choose kernels (sse4_2, avx2, fma, ...)
  unsigned cores = 0;                  ///< that this process may use
  std::uint64_t ram_bytes = 0;
};
[[nodiscard]] HostInfo host_info();

struct MemoryUse {
  std::uint64_t rss_bytes = 0;
  std::uint64_t peak_rss_bytes = 0;
};
[[nodiscard]] MemoryUse memory_use();

/// User plus system time of this process, all threads, in seconds.
[[nodiscard]] double cpu_time_s();

/// The login name, or the number of the user where it has none.
[[nodiscard]] std::string user_name();

/// The environment variables that may enter a record, from a fixed list; nothing else is stored.
[[nodiscard]] std::map<std::string, std::string> recorded_environment();

}  // namespace parfocal
