// SPDX-License-Identifier: Apache-2.0
#include "apps/program.h"
#include "core/run/signals.h"

int main(int argc, char** argv) {
  parfocal::Console console;
  try {
    parfocal::install_signal_handlers();
    const std::vector<std::string> arguments(argv, argv + argc);
    return static_cast<int>(parfocal::run_program(arguments, console));
  } catch (const std::exception& error) {
    return static_cast<int>(parfocal::report_failure(error, console));
  }
}
