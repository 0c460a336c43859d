// SPDX-License-Identifier: Apache-2.0
#include "core/run/host_info.h"

#include <pwd.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

namespace parfocal {
namespace {

constexpr std::array<std::string_view, 14> kKernelFlags = {
    "sse4_2",   "avx",      "avx2",        "fma",         "f16c",     "avx512f", "avx512dq",
    "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd",   "sve"};

constexpr std::array<const char*, 18> kRecorded = {"OMP_NUM_THREADS",
                                                   "OMP_PROC_BIND",
                                                   "OMP_PLACES",
                                                   "GOMP_CPU_AFFINITY",
                                                   "KMP_AFFINITY",
                                                   "MKL_NUM_THREADS",
                                                   "MKL_CBWR",
                                                   "MKL_DYNAMIC",
                                                   "DNNL_MAX_CPU_ISA",
                                                   "ATEN_CPU_CAPABILITY",
                                                   "CUBLAS_WORKSPACE_CONFIG",
                                                   "CUDA_VISIBLE_DEVICES",
                                                   "CUDA_LAUNCH_BLOCKING",
                                                   "NVIDIA_TF32_OVERRIDE",
                                                   "PYTORCH_CUDA_ALLOC_CONF",
                                                   "LC_ALL",
                                                   "LANG",
                                                   "PARFOCAL_TEST_FAIL"};

void read_cpu(HostInfo& host) {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line) && !line.empty()) {  // the first processor
    const auto colon = line.find(": ");
    if (colon == std::string::npos) continue;
    if (line.starts_with("model name")) host.cpu_model = line.substr(colon + 2);
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    std::istringstream words(line.substr(colon + 2));
    for (std::string word; words >> word;) {
      if (std::ranges::find(kKernelFlags, word) != kKernelFlags.end()) {
        host.cpu_flags.push_back(word);
      }
    }
  }
}

}  // namespace

HostInfo host_info() {
  HostInfo host;
  struct utsname names {};
  if (::uname(&names) == 0) {
    host.name = names.nodename;
    host.kernel = std::string(names.sysname) + " " + names.release + " " + names.machine;
  }
  read_cpu(host);
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    host.cores = static_cast<unsigned>(CPU_COUNT(&allowed));
  }
  host.ram_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                   static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return host;
}

MemoryUse memory_use() {
  MemoryUse use;
  std::ifstream file("/proc/self/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (file >> total_pages >> resident_pages) {
    use.rss_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  use.peak_rss_bytes = std::max(use.rss_bytes, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024U);
  return use;
}

double cpu_time_s() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string user_name() {
  struct passwd entry {};
  struct passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found) {
    return entry.pw_name;
  }
  return std::to_string(::getuid());
}

std::map<std::string, std::string> recorded_environment() {
  std::map<std::string, std::string> result;
  for (const char* name : kRecorded) {
    if (const char* value = std::getenv(name)) result[name] = value;
  }
  return result;
}

}  // namespace parfocal
