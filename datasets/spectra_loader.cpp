// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/error.h"
#include "datasets/formats/spectral_map.h"
#include "datasets/image_files.h"

namespace parfocal::datasets {
namespace {

formats::SpectralMapFiles files_of(const SpectraFile& spectra) {
  formats::SpectralMapFiles files;
  files.values = spectra.file;
  files.axis = spectra.axis;
  if (spectra.pixels) {
    files.pixels = spectra.pixels->file;
    files.x_column = spectra.pixels->x;
    files.y_column = spectra.pixels->y;
    files.label_column = spectra.pixels->label;
    files.position_unit_m = spectra.pixels->unit.m();
  }
  files.unit = spectra.axis_unit == SpectraFile::AxisUnit::kNanometre
                   ? formats::SpectralUnit::kNanometre
                   : formats::SpectralUnit::kPerCentimetre;
  if (spectra.excitation) files.excitation_nm = spectra.excitation->m() * 1e9;
  return files;
}

/// First and end of the channels inside the window.
std::pair<std::int64_t, std::int64_t> window_of(const std::string& path, const SpectraFile& spectra,
                                                const std::vector<double>& axis) {
  if (!spectra.window) return {0, static_cast<std::int64_t>(axis.size())};
  const auto low = std::lower_bound(axis.begin(), axis.end(), (*spectra.window)[0].per_m());
  const auto high = std::upper_bound(axis.begin(), axis.end(), (*spectra.window)[1].per_m());
  if (std::distance(low, high) < 3) {
    throw DataError(
        fmt::format("{}.window: holds fewer than 3 of the channels, {:.6g} to {:.6g} 1/cm", path,
                    axis.front() / 100, axis.back() / 100));
  }
  return {std::distance(axis.begin(), low), std::distance(axis.begin(), high)};
}

}  // namespace

LoadedSpectra ImageFileLoader::load_spectra(const std::string& path, const SpectraFile& spectra) {
  formats::SpectralMap map = formats::read_spectral_map(files_of(spectra));
  const std::int64_t points = map.n_y * map.n_x, n = map.channels();
  formats::StackInfo info;
  info.n_frames = info.n_frames_expected = info.n_frames_found = points;
  record(spectra.file, info, points);
  const auto [first, end] = window_of(path, spectra, map.shift_per_m);
  LoadedSpectra loaded;
  loaded.values = at::from_blob(map.values.data(), {map.n_y, map.n_x, n}, at::kDouble)
                      .narrow(2, first, end - first)
                      .permute({2, 0, 1})
                      .unsqueeze(0)
                      .clone(at::MemoryFormat::Contiguous);
  loaded.measured =
      at::from_blob(map.measured.data(), {map.n_y, map.n_x}, at::kChar).to(at::kBool).clone();
  if (!map.labels.empty()) {
    loaded.label = at::from_blob(map.labels.data(), {map.n_y, map.n_x}, at::kLong).clone();
  }
  loaded.shift_per_m.assign(map.shift_per_m.begin() + first, map.shift_per_m.begin() + end);
  if (map.pitch_y_m > 0 || map.pitch_x_m > 0) {
    const double only = std::max(map.pitch_y_m, map.pitch_x_m);
    loaded.grid = Grid::centred(map.n_y, map.n_x, map.pitch_y_m > 0 ? map.pitch_y_m : only,
                                map.pitch_x_m > 0 ? map.pitch_x_m : only);
  }
  return loaded;
}

}  // namespace parfocal::datasets
