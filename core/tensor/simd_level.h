// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace parfocal {

/// Instruction sets that hand-batched kernels are compiled for; chosen at run time.
enum class SimdLevel { kBaseline, kAvx2, kAvx512 };

/// The best level of this machine.
[[nodiscard]] SimdLevel best_simd_level();

}  // namespace parfocal
