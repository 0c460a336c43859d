// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/device.h"

#include <ATen/Context.h>
#include <fmt/format.h>

#include "core/error.h"

#ifdef PARFOCAL_WITH_CUDA
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#endif

namespace parfocal {
namespace {

/// Number of CUDA devices that can be used; 0 with the reason why not.
struct CudaSearch {
  int devices = 0;
  std::string reason;
};

#ifdef PARFOCAL_WITH_CUDA

CudaSearch find_cuda() {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status != cudaSuccess) return {0, cudaGetErrorString(status)};
  if (devices == 0) return {0, "no CUDA device found"};
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    return {0, fmt::format("the CUDA half of LibTorch does not load: {}", dlerror())};
  }
  if (!at::globalContext().hasCUDA()) {
    return {0, "LibTorch was at work before its CUDA half was loaded; select the device first"};
  }
  return {devices, ""};
}

std::string device_name(int index) {
  cudaDeviceProp properties{};
  const bool known = cudaGetDeviceProperties(&properties, index) == cudaSuccess;
  return known ? properties.name : "unnamed device";
}

#else

CudaSearch find_cuda() { return {0, "this program was built without CUDA"}; }
std::string device_name(int) { return ""; }

#endif

}  // namespace

DeviceChoice select_device(const std::string& wish) {
  if (wish == "cpu") return {c10::kCPU, "cpu: asked for"};
  const CudaSearch cuda = find_cuda();
  if (wish == "auto" && cuda.devices == 0) return {c10::kCPU, "cpu: " + cuda.reason};

  int index = 0;
  if (wish.starts_with("cuda:") && wish.size() == 6 && wish[5] >= '0' && wish[5] <= '9') {
    index = wish[5] - '0';
  } else if (wish != "auto" && wish != "cuda") {
    throw UsageError(
        fmt::format("device = {}: expected auto, cpu, cuda or cuda:0 .. cuda:9", wish));
  }
  if (index >= cuda.devices) {
    throw UsageError(fmt::format(
        "device = {}: {}; use device: auto or cpu", wish,
        cuda.devices == 0 ? cuda.reason : fmt::format("only {} CUDA devices", cuda.devices)));
  }
  return {c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index)),
          fmt::format("cuda:{}: {}", index, device_name(index))};
}

void fix_algorithms() {
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, false);
  // Nothing here reads memory that it has not written; filling it with NaN is a pass of its own.
  context.setDeterministicFillUninitializedMemory(false);
  context.setAllowTF32CuDNN(false);
}

}  // namespace parfocal
