// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "datasets/formats/stack_reader.h"

namespace parfocal::formats {

/// Frames of TIFF, BigTIFF, OME-TIFF (also in several files) and ImageJ TIFF.
///
/// The chain of pages is walked here and compared with the announced number of frames; libtiff only
/// decodes strips and tiles, and what it says while doing so is an error (unknown tags excepted).
///
/// Tested by:  tests/datasets/tiff_reader_test.cpp, tests/fuzz/tiff_mutation_test.cpp
[[nodiscard]] std::unique_ptr<StackReader> open_tiff(const std::filesystem::path& path,
                                                     const ReadOptions& options);

}  // namespace parfocal::formats
