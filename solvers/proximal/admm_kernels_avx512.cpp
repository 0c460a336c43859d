// SPDX-License-Identifier: Apache-2.0
#define PARFOCAL_SIMD_LEVEL avx512
#include "solvers/proximal/admm_stencil_kernel.h"
