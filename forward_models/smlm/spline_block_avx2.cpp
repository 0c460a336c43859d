// SPDX-License-Identifier: Apache-2.0
#define PARFOCAL_SIMD_LEVEL avx2
#define PARFOCAL_SIMD_WIDTH 4
#include "forward_models/smlm/spline_block_kernel.h"
