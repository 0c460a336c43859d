// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "tests/conformance/findings.h"
#include "tests/conformance/subject.h"

namespace parfocal::conformance {

/// A result of a component for a fixed seeded input.
struct Output {
  std::string name;
  at::Tensor value;
};

/// What the component gives, whatever its kind; built anew, with inputs that do not depend on dtype
/// and device. \throws LogicError for a kind that the suite does not know.
[[nodiscard]] std::vector<Output> outputs_of(const Subject& subject, at::ScalarType dtype,
                                             at::Device device, ImageFiles* files);

/// Finite; the same bits when built and run again; float32 close to float64.
void check_outputs(const Subject& subject, ImageFiles* files, Findings& findings);

/// CUDA gives the numbers of the CPU, and in float32 those that the CPU rounds to.
void check_device(const Subject& subject, at::Device device, ImageFiles* files, Findings& findings);

/// CUDA gives the gradients of the CPU, of inputs and of trainable parameters.
void check_device_gradients(const Subject& subject, at::Device device, ImageFiles* files,
                            Findings& findings);

}  // namespace parfocal::conformance
