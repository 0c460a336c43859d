// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/spectral_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "datasets/formats/input_file.h"
#include "datasets/formats/number_table.h"
#include "datasets/formats/stack_reader.h"

namespace parfocal::formats {
namespace {

/// Spectra in file order, before they find their places.
struct Spectra {
  std::int64_t points = 0, channels = 0;
  std::vector<double> values;
  std::vector<double> axis;                                   ///< As in the file.
  std::vector<double> x, y;                                   ///< Empty without positions.
  std::optional<std::pair<std::int64_t, std::int64_t>> grid;  ///< n_y, n_x of a cube.
};

bool ends_with_npy(const std::filesystem::path& path) { return path.extension() == ".npy"; }

template <class T>
std::vector<double> converted(const Array& array) {
  std::vector<double> values(array.bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, array.bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

std::vector<double> numbers_of(const std::filesystem::path& path, const Array& array) {
  switch (array.type) {
    case SampleType::kFloat32:
      return converted<float>(array);
    case SampleType::kFloat64:
      return converted<double>(array);
    case SampleType::kUInt8:
      return converted<std::uint8_t>(array);
    case SampleType::kUInt16:
      return converted<std::uint16_t>(array);
    case SampleType::kUInt32:
      return converted<std::uint32_t>(array);
    case SampleType::kInt16:
      return converted<std::int16_t>(array);
    case SampleType::kInt32:
      return converted<std::int32_t>(array);
    default:
      refuse(path, fmt::format("spectra of type {}; expected float32, float64 or integers of up to "
                               "32 bits",
                               name_of(array.type)));
  }
}

Spectra read_npy_spectra(const std::filesystem::path& path) {
  const Array array = read_npy(path);
  const std::size_t rank = array.shape.size();
  if ((rank != 2 && rank != 3) || number_of_samples(array.shape) == 0) {
    refuse(path,
           fmt::format("an array of shape {} is no map of spectra; expected [points, channels] "
                       "or [y, x, channels]",
                       describe_shape(array.shape)));
  }
  Spectra spectra;
  spectra.channels = array.shape.back();
  spectra.points = number_of_samples(array.shape) / spectra.channels;
  spectra.values = numbers_of(path, array);
  if (rank == 3) spectra.grid = {array.shape[0], array.shape[1]};
  return spectra;
}

std::vector<double> read_axis(const std::filesystem::path& path) {
  const NumberTable table = read_number_table(path);
  if (table.rows() > 1 && table.columns > 1) {
    refuse(path, fmt::format("{} rows of {} numbers; expected one number for each channel",
                             table.rows(), table.columns));
  }
  return table.values;
}

/// Rows of numbers; without an axis file, the first row is the axis.
Spectra read_text_spectra(const SpectralMapFiles& files) {
  NumberTable table = read_number_table(files.values);
  Spectra spectra;
  std::int64_t lead = 0, first = 0;
  if (!files.axis) {
    while (lead < table.columns && std::isnan(table.at(0, lead))) ++lead;
    if (lead != 0 && lead != 2) {
      refuse(files.values,
             fmt::format("line {}: {} empty cells before the axis; expected none, or two above the "
                         "columns x and y",
                         table.lines[0], lead));
    }
    for (std::int64_t c = lead; c < table.columns; ++c) spectra.axis.push_back(table.at(0, c));
    first = 1;
  }
  spectra.points = table.rows() - first;
  spectra.channels = table.columns - lead;
  if (spectra.points == 0) refuse(files.values, "an axis, but no spectrum");
  for (std::int64_t row = first; row < table.rows(); ++row) {
    if (lead == 2) {
      spectra.x.push_back(table.at(row, 0));
      spectra.y.push_back(table.at(row, 1));
    }
    for (std::int64_t c = lead; c < table.columns; ++c) {
      spectra.values.push_back(table.at(row, c));
    }
  }
  return spectra;
}

std::int64_t column_of(const std::filesystem::path& path, const NumberTable& table,
                       const std::string& name) {
  for (std::size_t i = 0; i < table.heading.size(); ++i) {
    const std::string& heading = table.heading[i];
    if (heading == name || heading.substr(0, heading.find('(')) == name) {
      return static_cast<std::int64_t>(i);
    }
  }
  std::string known;
  for (const std::string& heading : table.heading) known += (known.empty() ? "" : ", ") + heading;
  refuse(path, fmt::format("no column \"{}\"; the heading has: {}", name,
                           known.empty() ? "nothing" : known));
}

struct PixelTable {
  std::vector<double> x, y, label;
};

PixelTable read_pixels(const SpectralMapFiles& files, std::int64_t points) {
  const NumberTable table = read_number_table(*files.pixels);
  if (table.rows() != points) {
    refuse(*files.pixels, fmt::format("{} rows, but {} holds {} spectra", table.rows(),
                                      files.values.string(), points));
  }
  PixelTable pixels;
  const auto take = [&](const std::string& name, std::vector<double>& into) {
    const std::int64_t column = column_of(*files.pixels, table, name);
    for (std::int64_t row = 0; row < points; ++row) into.push_back(table.at(row, column));
  };
  take(files.x_column, pixels.x);
  take(files.y_column, pixels.y);
  if (files.label_column) take(*files.label_column, pixels.label);
  return pixels;
}

/// Evenly spaced coordinates in one direction.
struct Line {
  double first = 0, step = 0;
  std::int64_t count = 1;

  [[nodiscard]] std::int64_t index(double value) const {
    return step > 0 ? std::llround((value - first) / step) : 0;
  }
};

Line line_of(const std::filesystem::path& path, const std::vector<double>& given,
             const char* name) {
  std::vector<double> sorted = given;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!std::isfinite(given[i])) {
      refuse(path, fmt::format("point {}: {} is not a number", i, name));
    }
  }
  std::sort(sorted.begin(), sorted.end());
  Line line{sorted.front(), 0, 1};
  const double range = sorted.back() - sorted.front();
  double step = range;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const double gap = sorted[i] - sorted[i - 1];
    if (gap > 1e-4 * range) step = std::min(step, gap);
  }
  if (range <= 0) return line;
  line.count = std::llround(range / step) + 1;
  line.step = range / static_cast<double>(line.count - 1);
  for (const double value : sorted) {
    const double at = (value - line.first) / line.step;
    if (std::abs(at - std::round(at)) > 0.05) {
      refuse(path,
             fmt::format("{} = {}: not on a regular grid of step {:.6g}", name, value, line.step));
    }
  }
  return line;
}

/// Where each point stands on the grid of the map.
std::vector<std::int64_t> places_of(const SpectralMapFiles& files, const Spectra& spectra,
                                    SpectralMap& map) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(spectra.points));
  const std::filesystem::path& source = files.pixels ? *files.pixels : files.values;
  if (spectra.x.empty()) {
    const auto [n_y, n_x] =
        spectra.grid ? *spectra.grid : std::pair(std::int64_t{1}, spectra.points);
    map.n_y = n_y;
    map.n_x = n_x;
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i);
    return places;
  }
  const Line x = line_of(source, spectra.x, "x"), y = line_of(source, spectra.y, "y");
  map.n_y = y.count;
  map.n_x = x.count;
  map.pitch_y_m = y.step * files.position_unit_m;
  map.pitch_x_m = x.step * files.position_unit_m;
  if (map.n_y * map.n_x > 16 * spectra.points) {
    refuse(source, fmt::format("{} points on a grid of {} x {}: not a regular map", spectra.points,
                               map.n_y, map.n_x));
  }
  std::vector<std::int64_t> owner(static_cast<std::size_t>(map.n_y * map.n_x), -1);
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i] = y.index(spectra.y[i]) * map.n_x + x.index(spectra.x[i]);
    std::int64_t& before = owner[static_cast<std::size_t>(places[i])];
    if (before >= 0) {
      refuse(source, fmt::format("points {} and {} stand at one place, x = {}, y = {}", before, i,
                                 spectra.x[i], spectra.y[i]));
    }
    before = static_cast<std::int64_t>(i);
  }
  return places;
}

void require_axis(const SpectralMapFiles& files, const Spectra& spectra) {
  const std::filesystem::path& source = files.axis ? *files.axis : files.values;
  if (static_cast<std::int64_t>(spectra.axis.size()) != spectra.channels) {
    refuse(source, fmt::format("{} numbers, but the spectra of {} have {} channels",
                               spectra.axis.size(), files.values.string(), spectra.channels));
  }
  if (spectra.channels < 3) refuse(source, "fewer than 3 channels");
  const bool up = spectra.axis[1] > spectra.axis[0];
  for (std::size_t i = 1; i < spectra.axis.size(); ++i) {
    const double step = spectra.axis[i] - spectra.axis[i - 1];
    if (std::isfinite(step) && (up ? step > 0 : step < 0)) continue;
    refuse(source, fmt::format("channel {}: {} after {}; the axis has to rise or fall throughout",
                               i, spectra.axis[i], spectra.axis[i - 1]));
  }
  if (files.unit == SpectralUnit::kNanometre && !files.excitation_nm) {
    refuse(source,
           "an axis of wavelengths gives Raman shifts only with the wavelength of the laser; "
           "write excitation: 785 nm");
  }
}

double shift_per_m(const SpectralMapFiles& files, double value) {
  if (files.unit == SpectralUnit::kPerCentimetre) return value * 100.0;
  return 1e9 * (1.0 / *files.excitation_nm - 1.0 / value);
}

void require_finite(const SpectralMapFiles& files, const Spectra& spectra) {
  for (std::int64_t i = 0; i < spectra.points; ++i) {
    for (std::int64_t j = 0; j < spectra.channels; ++j) {
      const double value = spectra.values[static_cast<std::size_t>(i * spectra.channels + j)];
      if (std::isfinite(value)) continue;
      refuse(
          files.values,
          fmt::format("point {}, channel {} (axis {}): {} is not a number; take the point out of "
                      "both tables, it is then missing in the map",
                      i, j, spectra.axis[static_cast<std::size_t>(j)], value));
    }
  }
}

/// Spectra to their places, channels ascending.
void fill(const SpectralMapFiles& files, const Spectra& spectra,
          const std::vector<std::int64_t>& places, const std::vector<double>& labels,
          SpectralMap& map) {
  const std::int64_t n = spectra.channels;
  for (const double value : spectra.axis) map.shift_per_m.push_back(shift_per_m(files, value));
  map.flipped = map.shift_per_m.front() > map.shift_per_m.back();
  if (map.flipped) std::reverse(map.shift_per_m.begin(), map.shift_per_m.end());
  const auto size = static_cast<std::size_t>(map.n_y * map.n_x);
  map.values.assign(size * static_cast<std::size_t>(n), 0.0);
  map.measured.assign(size, 0);
  if (!labels.empty()) map.labels.assign(size, SpectralMap::kNoLabel);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<std::size_t>(places[i]);
    const double* from = spectra.values.data() + static_cast<std::int64_t>(i) * n;
    double* to = map.values.data() + places[i] * n;
    std::copy(from, from + n, to);
    if (map.flipped) std::reverse(to, to + n);
    map.measured[place] = std::any_of(from, from + n, [](double v) { return v != 0; }) ? 1 : 0;
    if (!labels.empty() && std::isfinite(labels[i])) map.labels[place] = std::llround(labels[i]);
  }
}

}  // namespace

SpectralMap read_spectral_map(const SpectralMapFiles& files) {
  Spectra spectra =
      ends_with_npy(files.values) ? read_npy_spectra(files.values) : read_text_spectra(files);
  if (files.axis) spectra.axis = read_axis(*files.axis);
  if (spectra.axis.empty()) {
    refuse(files.values,
           "an .npy file holds no axis; name a file with one number per channel (axis)");
  }
  require_axis(files, spectra);
  require_finite(files, spectra);
  std::vector<double> labels;
  if (files.pixels) {
    PixelTable pixels = read_pixels(files, spectra.points);
    spectra.x = std::move(pixels.x);
    spectra.y = std::move(pixels.y);
    labels = std::move(pixels.label);
  }
  SpectralMap map;
  const std::vector<std::int64_t> places = places_of(files, spectra, map);
  fill(files, spectra, places, labels, map);
  return map;
}

}  // namespace parfocal::formats
