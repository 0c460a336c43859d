// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/error.h"
#include "core/tensor/grid.h"

namespace parfocal::optics {

/// "2.4 um", or "2.4 um x 3 um" where the axes differ.
[[nodiscard]] std::string pitch_text(const Grid& grid);

/// Runs `build`; a SamplingError then begins with the path of the component.
template <class Build>
auto with_path(const std::string& path, Build build) {
  try {
    return build();
  } catch (const SamplingError& error) {
    throw SamplingError(path.empty() ? error.what() : path + ": " + error.what());
  }
}

}  // namespace parfocal::optics
