// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "core/operators/likelihood.h"

namespace parfocal {

/// DataError naming `path`, value and place where the detector counts photons and nothing else, but a
/// count is negative.
/// Tested by:  tests/apps/bad_input_test.cpp.
void require_photon_counts(const Likelihood& detector, const at::Tensor& counts,
                           const std::string& path);

}  // namespace parfocal
