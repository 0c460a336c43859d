// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/schema.h"
#include "core/tensor/grid.h"
#include "core/units/units.h"

namespace parfocal {

/// A text table with a row for each point of a map.
struct PixelTable {
  std::filesystem::path file;
  std::string x = "x", y = "y";      ///< Headings of the columns, or their part before '('.
  std::optional<std::string> label;  ///< Class of the point, a whole number.
  Length unit = Length::from_m(1e-6);
  static void describe(Schema<PixelTable>& s);
};

/// A map of spectra on disk, or a table of reference spectra.
///
/// Embedded by every component that takes spectra; loaded by a `SpectraFiles` that the program hands
/// over, so that models never meet a file format.
struct SpectraFile {
  enum class AxisUnit { kPerCentimetre, kNanometre };

  std::filesystem::path file;
  std::optional<std::filesystem::path> axis;
  AxisUnit axis_unit = AxisUnit::kPerCentimetre;
  std::optional<Length> excitation;
  std::optional<PixelTable> pixels;
  std::optional<std::array<RamanShift, 2>> window;
  static void describe(Schema<SpectraFile>& s);
};

/// Spectra as they came from their file.
struct LoadedSpectra {
  at::Tensor values;    ///< float64 [1, channel, n_y, n_x]
  at::Tensor measured;  ///< bool [n_y, n_x]: false where the file holds no spectrum.
  at::Tensor label;     ///< int64 [n_y, n_x], kNoLabel where there is none; or undefined.
  std::vector<double> shift_per_m;  ///< Ascending.
  std::optional<Grid> grid;         ///< Where the positions are known.
  static constexpr std::int64_t kNoLabel = -2147483648;

  /// Spectra of the points that are measured, [point, channel].
  [[nodiscard]] at::Tensor measured_spectra() const;
};

/// Loads spectra for components; implemented in `datasets`, found behind the `ImageFiles` of the
/// context.
class SpectraFiles {
 public:
  virtual ~SpectraFiles() = default;
  [[nodiscard]] virtual LoadedSpectra load_spectra(const std::string& path,
                                                   const SpectraFile& spectra) = 0;
};

}  // namespace parfocal
