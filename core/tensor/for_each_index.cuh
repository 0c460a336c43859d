// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <typeinfo>

#include "core/error.h"

namespace parfocal {

template <class Functor>
__global__ void for_each_index_kernel(std::int64_t n, Functor functor) {
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n;
       i += stride) {
    functor(i);
  }
}

template <class Functor>
void for_each_index_cuda(std::int64_t n, const Functor& functor) {
  if (n <= 0) return;
  constexpr std::int64_t kThreads = 256, kMostBlocks = 65535;
  const auto blocks = static_cast<unsigned>(std::min((n + kThreads - 1) / kThreads, kMostBlocks));
  const cudaStream_t stream = c10::cuda::getCurrentCUDAStream().stream();
  for_each_index_kernel<<<blocks, static_cast<unsigned>(kThreads), 0, stream>>>(n, functor);
  const cudaError_t error = cudaGetLastError();
  if (error != cudaSuccess) {
    throw NumericError(std::string("CUDA kernel ") + typeid(Functor).name() + ": " +
                       cudaGetErrorString(error));
  }
}

}  // namespace parfocal
