// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tensor/grid.h"

namespace parfocal::test {

inline constexpr std::int64_t kBatch = 2;
inline constexpr std::int64_t kNy = 15;
inline constexpr std::int64_t kNx = 22;

/// The default grid of the tests: not square, not isotropic, one odd side and one even.
inline Grid test_grid() { return Grid::centred(kNy, kNx, 0.65e-6, 0.80e-6); }

}  // namespace parfocal::test
