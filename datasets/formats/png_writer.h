// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "datasets/formats/array.h"

namespace parfocal::formats {

/// Keyword (1 to 79 Latin-1 characters) and UTF-8 text, kept inside the image file.
using PngText = std::vector<std::pair<std::string, std::string>>;

/// A PNG file in memory.
///
/// Layout:     [n_y, n_x] grey or [n_y, n_x, 3] RGB, of uint8 or uint16.
/// Invariants: the stored numbers are those of the array; no time stamp; the same input gives the
///             same bytes.
/// Errors:     MemoryError; a shape or type that PNG cannot hold is a LogicError.
/// Tested by:  tests/datasets/png_test.cpp
[[nodiscard]] std::vector<std::byte> encode_png(const Array& image, const PngText& text = {});

/// The same, published atomically. \throws FileError
void write_png(const std::filesystem::path& path, const Array& image, const PngText& text = {});

/// Shows numbers as 8 bits: low and below become 0, high and above 255, linear between, rounded.
///
/// The only rescaling of this library; the caller states the window and should print it.
///
/// Errors:     UsageError unless low < high and both are finite; NumericError for a NaN in `image`.
/// Tested by:  tests/datasets/png_test.cpp
[[nodiscard]] Array to_preview(const Array& image, double low, double high);

}  // namespace parfocal::formats
