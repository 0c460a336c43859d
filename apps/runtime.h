// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/experiment.h"
#include "core/tensor/device.h"

namespace parfocal {

/// What the program sets for the whole process; the library never does.
struct Runtime {
  DeviceChoice device;
  int threads = 1;
};

/// Picks the device, fixes the number of CPU threads and asks LibTorch for deterministic
/// algorithms. \throws UsageError if a CUDA device is asked for by name and there is none.
[[nodiscard]] Runtime set_up_runtime(const RuntimeBlock& block);

}  // namespace parfocal
