// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "datasets/formats/stack_reader.h"

namespace parfocal::formats {

/// One PNG image (ISO/IEC 15948) of 8 or 16 bits, grey or RGB, as one frame.
///
/// Precision:  the stored numbers; gamma and colour profiles are named in `warnings`, not applied.
/// Errors:     DataError for palettes, alpha, 1 to 4 bits, animations and damage.
/// Tested by:  tests/datasets/png_test.cpp
[[nodiscard]] std::unique_ptr<StackReader> open_png(const std::filesystem::path& path,
                                                    const ReadOptions& options);

}  // namespace parfocal::formats
