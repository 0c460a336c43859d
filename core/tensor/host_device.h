// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks a function that a kernel functor may call: host code for g++, both sides for nvcc.
#ifdef __CUDACC__
#define PARFOCAL_HD __host__ __device__
#else
#define PARFOCAL_HD
#endif
