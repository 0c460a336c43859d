// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "datasets/formats/stack_reader.h"

namespace parfocal::formats {

/// Movies of which the file holds samples only, frame by frame, row by row; what they are stands in
/// a second file of the same stem:
///
///   .raw + .yaml   Picasso: Height, Width, Frames, Data Type (uint8, uint16), Byte Order (< or >)
///   .dax + .inf    frame dimensions, number of frames, data type (16 bit, big or little endian)
///
/// Units:      the pitch from `Pixelsize` (nm) of the last document that has one, else from
///             `Camera.Pixelsize`.
/// Errors:     DataError for a missing second file or key, for a type that is not read, and for a
///             movie that is shorter (naming the first frame that is not whole) or longer than its
///             frames.
/// Tested by:  tests/datasets/headless_movie_test.cpp.
[[nodiscard]] bool is_headless_movie(const std::filesystem::path& path);
[[nodiscard]] std::unique_ptr<StackReader> open_headless_movie(const std::filesystem::path& path,
                                                               const ReadOptions& options);

}  // namespace parfocal::formats
