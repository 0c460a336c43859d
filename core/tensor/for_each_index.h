// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/Parallel.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <string>

#include "core/error.h"

namespace parfocal {

/// Launches `functor` on the current CUDA stream. Defined in `for_each_index.cuh`; a file `x.cu`
/// holds one explicit instantiation per functor.
template <class Functor>
void for_each_index_cuda(std::int64_t n, const Functor& functor);

/// Calls `functor(i)` for i = 0 .. n-1, on the CPU by `at::parallel_for`, on CUDA by a grid-stride
/// launch on the current stream.
///
/// The functor is a struct of plain pointers and numbers with `PARFOCAL_HD void operator()(int64)
/// const`, in a torch-free header `x_kernel.h`; calls for different i must not meet.
/// Errors:     UsageError on a CUDA device in a build without CUDA.
/// Tested by:  tests/core/tensor/for_each_index_test.cpp.
template <class Functor>
void for_each_index(at::Device device, std::int64_t n, const Functor& functor) {
  constexpr std::int64_t kGrain = 2048;
  if (device.is_cpu()) {
    at::parallel_for(0, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) functor(i);
    });
    return;
  }
#ifdef PARFOCAL_WITH_CUDA
  if (device.is_cuda()) return for_each_index_cuda(n, functor);
#endif
  throw UsageError("device " + device.str() +
                   ": this program was built without CUDA; use device: cpu");
}

}  // namespace parfocal
