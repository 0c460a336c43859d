// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "datasets/formats/array.h"

namespace parfocal::formats {

/// Writes a `.npy` file, format version 1, exactly as `numpy.save` does.
///
/// Layout:     C order, little-endian, data at a multiple of 64 bytes.
/// Invariants: the same array gives the same bytes; the file appears whole or not at all.
/// Errors:     FileError (core/run/atomic_file.h).
/// Tested by:  tests/datasets/npy_test.cpp
void write_npy(const std::filesystem::path& path, const Array& array);

}  // namespace parfocal::formats
