// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>

namespace parfocal {

/// Runs `work`; an allocation that failed inside LibTorch becomes a MemoryError, whose text says
/// what to do. Everything else passes unchanged.
void with_memory_errors(const std::function<void()>& work);

}  // namespace parfocal
