// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "forward_models/lensless/lensless_convolution.h"
#include "solvers/solver.h"

namespace parfocal::test {

/// The measurement of the DiffuserCam tutorial, prepared as its program does: background of the PSF
/// subtracted from both, block means, each image divided by its L2 norm.
struct TutorialData {
  at::Tensor psf;     ///< float64 [1, n_y, n_x]
  at::Tensor counts;  ///< float64 [1, 1, n_y, n_x]
  double psf_norm = 0.0, counts_norm = 0.0, dark = 0.0;
};

/// Folder of the tutorial's files under PARFOCAL_DATA, or nothing where they are absent.
[[nodiscard]] std::optional<std::filesystem::path> tutorial_folder();
[[nodiscard]] TutorialData load_tutorial(std::int64_t binning);

[[nodiscard]] Problem tutorial_problem(const TutorialData& data, at::ScalarType dtype,
                                       const lensless::LenslessConvolution::Options& options,
                                       std::vector<std::shared_ptr<const Prior>> priors);

/// The four numbers that the reference gives of an image.
struct ImageNumbers {
  double norm, max, sum, pixel;
};
[[nodiscard]] ImageNumbers numbers_of(const at::Tensor& image, std::int64_t row,
                                      std::int64_t column);

/// Largest relative difference of the four; NaN if one is not a number.
[[nodiscard]] double worst_difference(const ImageNumbers& got, const ImageNumbers& expected);

}  // namespace parfocal::test

/// Skips a test without the data; under PARFOCAL_REQUIRE_DATA=1 their absence is a failure.
#define PARFOCAL_NEED_TUTORIAL_DATA()                                                    \
  do {                                                                                   \
    if (!::parfocal::test::tutorial_folder()) {                                          \
      if (std::getenv("PARFOCAL_REQUIRE_DATA") != nullptr) FAIL() << "data are missing"; \
      GTEST_SKIP() << "set PARFOCAL_DATA to the folder that holds lensless/";            \
    }                                                                                    \
  } while (false)
