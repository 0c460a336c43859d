// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/operators/table.h"

namespace parfocal::formats {

/// Tables of emitters. Inside they all have the columns
///
///   frame, x (px), y (px), and where known z (m), photons (e-), background (e-/px), sigma_x,
///   sigma_y (px), deviation_x, deviation_y (px), deviation_z (m), net_gradient, deviance, iterations
///
/// Convention: frames count from 0; x to the right, y down, 0 at the centre of the first pixel.

/// What the files say besides the rows.
struct EmitterMovie {
  std::int64_t n_y = 0, n_x = 0, n_frames = 0;
  double pitch_m = 0;    ///< Of square pixels.
  std::int64_t box = 0;  ///< Side of the window of a fit.
  double threshold = 0;  ///< Of the detection.
};

/// Picasso: dataset `/locs` of an HDF5 file (compound: frame u32, others f32), and a `.yaml` of the
/// same stem. Both are written by rename; times are not kept, so the same table gives the same
/// bytes. Fields are read by name, whatever their order and type; unknown ones are left out.
/// Errors: DataError for a file without `/locs`, or one of its fields frame, x, y; FileError.
void write_picasso(const std::filesystem::path& path, const Table& table,
                   const EmitterMovie& movie);
[[nodiscard]] Table read_picasso(const std::filesystem::path& path);

/// ThunderSTORM: comma-separated, lengths in nm from the outer corner of the first pixel, frames
/// from 1. Read by name, in any order, with or without quotes.
/// Errors: DataError with line, column and value; FileError.
void write_thunderstorm(const std::filesystem::path& path, const Table& table, double pitch_m);
[[nodiscard]] Table read_thunderstorm(const std::filesystem::path& path, double pitch_m);

/// Insight3: "M425", 72 bytes per molecule, little endian; pixels and frames count from 1. Of the
/// columns frame, x, y and z (nm in the file) are read; heights, areas and widths have no common
/// meaning there.
/// Errors: DataError for another magic, and where the file is shorter than its molecules.
[[nodiscard]] Table read_insight3(const std::filesystem::path& path);

/// Whichever of them the first bytes say.
/// Tested by: tests/datasets/emitter_tables_test.cpp.
[[nodiscard]] Table read_emitters(const std::filesystem::path& path, double pitch_m);

}  // namespace parfocal::formats
