// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace parfocal::report {

/// The first frame of an image file, as float numbers for display.
///
/// Layout: values[(y * n_x + x) * n_channels + channel]; 1 or 3 channels. Pixel (0, 0) is top left.
struct Picture {
  std::int64_t n_y = 0, n_x = 0, n_channels = 1;
  std::int64_t n_frames = 1;
  std::vector<float> values;
  std::optional<double> pitch_x_m;
};

/// Nothing where the file is absent. Of two or more than three channels the first is shown.
[[nodiscard]] std::optional<Picture> read_picture(const std::filesystem::path& file);

/// Up to 16 planes of the first channel side by side, evenly chosen, one sample of NaN between them.
[[nodiscard]] std::optional<Picture> read_montage(const std::filesystem::path& file);

/// What is shown as black and as white.
struct Window {
  double low = 0, high = 1;
};

/// Percentiles (in percent) of the finite values, by nearest rank; widened where they coincide.
[[nodiscard]] Window percentile_window(const Picture& picture, std::array<double, 2> percentiles);
/// Symmetric about zero, up to the percentile of the magnitude.
[[nodiscard]] Window symmetric_window(const Picture& picture, double percentile);

/// Means over k x k blocks with the smallest k for which no side exceeds `limit`; incomplete blocks
/// at the right and the bottom are left out. Returns k.
std::int64_t shrink(Picture& picture, std::int64_t limit);

/// Every pixel as large as the largest of the 3 x 3 around it, so that single points can be seen.
void widen(Picture& picture);

/// Elementwise a - b; both of one size.
[[nodiscard]] Picture difference(const Picture& a, const Picture& b);

enum class ColourMap { kGrey, kSigned };

/// "data:image/png;base64,..." of the picture in its window; NaN shows as black.
[[nodiscard]] std::string png_data_uri(const Picture& picture, const Window& window, ColourMap map);

}  // namespace parfocal::report
