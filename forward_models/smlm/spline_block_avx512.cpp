// SPDX-License-Identifier: Apache-2.0
#define PARFOCAL_SIMD_LEVEL avx512
#define PARFOCAL_SIMD_WIDTH 8
#include "forward_models/smlm/spline_block_kernel.h"
