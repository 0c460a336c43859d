// SPDX-License-Identifier: Apache-2.0
#define PARFOCAL_SIMD_LEVEL avx2
#include "solvers/proximal/admm_stencil_kernel.h"
