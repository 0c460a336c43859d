// SPDX-License-Identifier: Apache-2.0
#define PARFOCAL_SIMD_LEVEL baseline
#define PARFOCAL_SIMD_WIDTH 2
#include "forward_models/smlm/spline_block_kernel.h"
