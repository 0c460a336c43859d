// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace parfocal::formats {

/// What the axis of a spectrum file counts.
enum class SpectralUnit {
  kPerCentimetre,  ///< Raman shift, cm-1
  kNanometre,      ///< wavelength; needs that of the laser, both in vacuum or both in air
};

/// The files of one map and what their columns mean.
struct SpectralMapFiles {
  std::filesystem::path values;  ///< .npy [points, channels] or [y, x, channels], or text
  std::optional<std::filesystem::path> axis;    ///< One number per channel, text.
  std::optional<std::filesystem::path> pixels;  ///< A row per point with a heading, text.
  std::string x_column = "x", y_column = "y";   ///< Headings, or their part before '('.
  std::optional<std::string> label_column;
  double position_unit_m = 1e-6;
  SpectralUnit unit = SpectralUnit::kPerCentimetre;
  std::optional<double> excitation_nm;
};

/// A map of spectra on a regular grid of points.
///
/// Layout:     values [y][x][channel], channels ascending in Raman shift; y and x ascend.
/// Units:      shift in 1/m, positions in metres.
/// Invariants: a point of the grid that no row holds, and one whose spectrum is all zero, is missing:
///             measured = 0; nothing is dropped or invented.
struct SpectralMap {
  std::int64_t n_y = 0, n_x = 0;
  double pitch_y_m = 0, pitch_x_m = 0;  ///< 0 where there are no positions.
  std::vector<double> shift_per_m;
  bool flipped = false;  ///< The file's axis descends.
  std::vector<double> values;
  std::vector<char> measured;        ///< [y][x]
  std::vector<std::int64_t> labels;  ///< [y][x], empty without; kNoLabel where there is none.
  static constexpr std::int64_t kNoLabel = -2147483648;

  [[nodiscard]] std::int64_t channels() const {
    return static_cast<std::int64_t>(shift_per_m.size());
  }
};

/// Reads a map. A text table without `axis` holds it in its first row, behind as many empty cells as
/// there are columns of positions (the export of LabSpec): none, or x and y.
///
/// Errors:     DataError with the file and the place: a sample that is not finite (point and
///             channel), an axis of another length or that turns, a table of another length, two
///             rows at one place, places that are on no grid, a wavelength axis without excitation.
/// Tested by:  tests/datasets/spectral_map_test.cpp
[[nodiscard]] SpectralMap read_spectral_map(const SpectralMapFiles& files);

}  // namespace parfocal::formats
