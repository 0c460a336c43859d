// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/run/cancellation.h"

namespace parfocal {

/// Signal handling of the program; a library user never calls this.
///
/// SIGTERM, SIGINT: stop after the current step. SIGHUP: as SIGTERM. SIGUSR1: checkpoint and go on.
/// SIGPIPE: ignored. A second SIGINT ends the process at once with 130.
/// The handlers only set lock-free atomics. A signal that was ignored at start-up (nohup) stays so.
void install_signal_handlers();

/// The first signal that asked for a stop: SIGINT or SIGTERM (also for SIGHUP).
[[nodiscard]] std::optional<int> stop_requested();

/// True once for each batch of SIGUSR1 since the last call.
[[nodiscard]] bool take_checkpoint_request();

/// Requested as soon as `stop_requested()` holds a signal.
[[nodiscard]] Cancellation cancellation_by_signal();

}  // namespace parfocal
