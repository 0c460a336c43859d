// SPDX-License-Identifier: Apache-2.0
#define PARFOCAL_SIMD_LEVEL avx2
#define PARFOCAL_SIMD_WIDTH 4
#include "solvers/spectral/whittaker_lane_kernel.h"
