// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tests/apps/program_runner.h"

namespace parfocal::testing {

/// A lensless camera of 24 x 34 pixels with files of its own, for tests that run the program.
struct SmallCamera {
  /// Writes psf.npy, raw.npy and `name`.yaml into `folder`.
  explicit SmallCamera(const std::filesystem::path& folder, const std::string& name = "small");

  std::filesystem::path folder;
  std::filesystem::path config;
};

/// Text of the experiment; `iterations` steps of ADMM.
[[nodiscard]] std::string small_camera_yaml(const std::string& name, int iterations = 20);

/// The folder of the only run below `out`/`name`.
[[nodiscard]] std::filesystem::path only_run(const std::filesystem::path& out,
                                             const std::string& name);

}  // namespace parfocal::testing
