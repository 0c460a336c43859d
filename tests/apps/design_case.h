// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/run/summary.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {

/// A coarse camera of three depths whose mask is sought in 40 steps by the closed-form error; `loss`
/// is its name, `rest` more blocks.
[[nodiscard]] std::string design_yaml(const std::string& rest = "",
                                      const std::string& loss = "score");

/// Mask and network by the error of the estimates.
[[nodiscard]] std::string joint_yaml(const std::string& rest = "");

/// A camera of one lens at two depths that does `task` with those stages.
[[nodiscard]] std::string lens_camera_yaml(const std::string& task, const std::string& stages);

/// Runs it below `out` and returns its numbers.
Summary run_design(const WorkFolder& folder, const std::string& out, const std::string& yaml);

/// A failed expectation and 0 where there is none of that name.
[[nodiscard]] double number(const Summary& summary, const std::string& name);

/// `text` with the first `from` replaced.
[[nodiscard]] std::string replaced(std::string text, const std::string& from,
                                   const std::string& to);

}  // namespace parfocal::testing
