// SPDX-License-Identifier: Apache-2.0
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "apps/verbs/verbs.h"
#include "apps/version.h"
#include "core/run/host_info.h"
#include "core/tensor/device.h"

namespace parfocal {
namespace {

ExitCode doctor(const VerbContext& context) {
  const HostInfo host = host_info();
  const DeviceChoice device = select_device("auto");
  std::error_code unknown;
  const auto space = std::filesystem::space(std::filesystem::current_path(), unknown);
  const std::uintmax_t free_bytes = unknown ? 0 : space.available;
  if (context.console->json) {
    context.console->result({{"version", version_json()},
                             {"device", device.reason},
                             {"cpu", host.cpu_model},
                             {"cores", host.cores},
                             {"ram_bytes", host.ram_bytes},
                             {"threads", at::get_num_threads()},
                             {"free_disk_bytes", free_bytes},
                             {"torch_config", at::show_config()},
                             {"parallel", at::get_parallel_info()}});
    return ExitCode::kSuccess;
  }
  constexpr double kGiB = 1 << 30;
  context.console->text(fmt::format(
      "{}\ndevice         {}\nCPU            {}, cores {}, threads {}\nmemory         {:.1f} GiB\n"
      "free disk      {:.1f} GiB here\n\n{}\n{}",
      version_text(), device.reason, host.cpu_model, host.cores, at::get_num_threads(),
      static_cast<double>(host.ram_bytes) / kGiB, static_cast<double>(free_bytes) / kGiB,
      at::show_config(), at::get_parallel_info()));
  return ExitCode::kSuccess;
}

}  // namespace

void add_doctor(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("doctor", "Show device, threads, libraries, memory and disk");
  verb->footer("Example:\n  parfocal doctor --json");
  verb->callback([&context] { context.action = [&context] { return doctor(context); }; });
}

}  // namespace parfocal
