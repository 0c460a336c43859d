// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace parfocal {

/// What `parfocal convert` was asked for, as written.
struct ConversionRequest {
  std::filesystem::path input, output;
  std::string frames;  ///< "A:B", half-open; empty: all.
  std::string window;  ///< "LOW,HIGH"; empty: none.
  std::string pitch;   ///< "6.5 um"; empty: that of the input.
};

struct ConversionReport {
  std::int64_t frames = 0;
  std::string type;    ///< Of the numbers written, "uint16".
  std::string window;  ///< Empty where nothing was rescaled.
  std::vector<std::string> warnings;
};

/// Reads a stack and writes it in the format that the name of the output says.
///
/// Layout:     NPY [n_y, n_x] or [frames, n_y, n_x], with a last axis of 3 for colour; OME-TIFF
///             float32, axes C, Z, Y, X, time points along Z; PNG one frame.
/// Invariants: NPY keeps type and numbers; OME-TIFF keeps them too, rounds float64 to float32
///             and refuses integers that float32 cannot hold; PNG keeps 8- and 16-bit numbers, or
///             shows the stated window.
/// Errors:     UsageError, DataError, FileError.
/// Tested by:  tests/apps/convert_test.cpp.
[[nodiscard]] ConversionReport convert_image(const ConversionRequest& request);

}  // namespace parfocal
