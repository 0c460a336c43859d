// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace parfocal {

/// The device a run computes on, and why.
struct DeviceChoice {
  c10::Device device = c10::kCPU;
  std::string reason;  ///< "cpu: asked for", "cpu: no CUDA device found", "cuda:0: NVIDIA H100".
};

/// Turns the word of an experiment ("auto", "cpu", "cuda", "cuda:1") into a device.
///
/// The CUDA half of LibTorch (350 MB) is loaded here and only when a CUDA device is used, so that a
/// run on the CPU starts fast and the program runs where no GPU is. Call it before anything else:
/// LibTorch decides once whether it has a GPU, at the first backward pass at the latest; a CUDA
/// device selected later is refused with that reason.
/// Errors:     UsageError with the reason if a CUDA device asked for by name cannot be used.
/// Tested by:  tests/core/tensor/device_test.cpp.
[[nodiscard]] DeviceChoice select_device(const std::string& wish);

/// How the program computes: the same device gives the same bits again, or an operation that cannot
/// throws; convolutions of float32 on CUDA keep its 24 bits (LibTorch would round to the 11 of TF32).
void fix_algorithms();

}  // namespace parfocal
