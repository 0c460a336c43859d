// SPDX-License-Identifier: Apache-2.0
#include "apps/report/picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "core/check.h"
#include "core/run/base64.h"
#include "datasets/formats/png_writer.h"
#include "datasets/formats/stack_reader.h"

namespace parfocal::report {
namespace {

using formats::Array;
using formats::SampleType;

std::vector<float> as_floats(const Array& frame) {
  const auto count = static_cast<std::size_t>(formats::number_of_samples(frame.shape));
  PARFOCAL_CHECK(frame.type == SampleType::kFloat32);
  std::vector<float> values(count);
  std::memcpy(values.data(), frame.bytes.data(), count * sizeof(float));
  return values;
}

double at_percent(std::vector<float>& values, double percent) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto rank = static_cast<std::ptrdiff_t>(std::lround(percent / 100 * last));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(rank)]);
}

std::vector<float> finite_values(const Picture& picture) {
  std::vector<float> values;
  values.reserve(picture.values.size());
  for (const float v : picture.values) {
    if (std::isfinite(v)) values.push_back(v);
  }
  return values;
}

std::uint8_t to_byte(double share) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0)));
}

/// Blue - near white - red, as the colour bar of the style sheet.
std::array<std::uint8_t, 3> signed_colour(double share) {
  constexpr std::array<double, 3> kLow{44, 90, 160}, kMiddle{247, 247, 247}, kHigh{178, 48, 42};
  const double t = std::clamp(share, 0.0, 1.0);
  const auto& from = t < 0.5 ? kLow : kMiddle;
  const auto& to = t < 0.5 ? kMiddle : kHigh;
  const double part = t < 0.5 ? 2 * t : 2 * t - 1;
  std::array<std::uint8_t, 3> colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    colour[c] = static_cast<std::uint8_t>(std::lround(from[c] + part * (to[c] - from[c])));
  }
  return colour;
}

}  // namespace

std::optional<Picture> read_picture(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  const auto reader = formats::open_stack(file);
  const formats::StackInfo& info = reader->info();
  Picture picture;
  picture.n_y = info.n_y;
  picture.n_x = info.n_x;
  picture.n_frames = info.n_t * info.n_z;
  picture.n_channels = info.n_channels == 3 ? 3 : 1;
  picture.pitch_x_m = info.pitch_x_m;
  const auto pixels = static_cast<std::size_t>(picture.n_y * picture.n_x);
  const auto channels = static_cast<std::size_t>(picture.n_channels);
  picture.values.resize(pixels * channels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const std::vector<float> plane =
        as_floats(reader->read_frame(info.n_z * static_cast<std::int64_t>(channel)));
    for (std::size_t i = 0; i < pixels; ++i) picture.values[i * channels + channel] = plane[i];
  }
  return picture;
}

std::optional<Picture> read_montage(const std::filesystem::path& file) {
  std::optional<Picture> first = read_picture(file);
  if (!first || first->n_frames == 1) return first;
  constexpr std::int64_t kMost = 16;
  const auto reader = formats::open_stack(file);
  const std::int64_t shown = std::min(first->n_frames, kMost);
  const auto columns = static_cast<std::int64_t>(std::ceil(std::sqrt(double(shown))));
  const std::int64_t rows = (shown + columns - 1) / columns;
  Picture montage = *first;
  montage.n_channels = 1;
  montage.n_y = rows * (first->n_y + 1) - 1;
  montage.n_x = columns * (first->n_x + 1) - 1;
  montage.values.assign(static_cast<std::size_t>(montage.n_y * montage.n_x),
                        std::numeric_limits<float>::quiet_NaN());
  for (std::int64_t i = 0; i < shown; ++i) {
    const std::int64_t plane = shown == 1 ? 0 : i * (first->n_frames - 1) / (shown - 1);
    const std::vector<float> values = as_floats(reader->read_frame(plane));
    const std::int64_t top = i / columns * (first->n_y + 1), left = i % columns * (first->n_x + 1);
    for (std::int64_t y = 0; y < first->n_y; ++y) {
      std::copy_n(values.begin() + y * first->n_x, first->n_x,
                  montage.values.begin() + (top + y) * montage.n_x + left);
    }
  }
  return montage;
}

Window percentile_window(const Picture& picture, std::array<double, 2> percentiles) {
  std::vector<float> values = finite_values(picture);
  Window window{at_percent(values, percentiles[0]), at_percent(values, percentiles[1])};
  if (!(window.low < window.high)) window.high = window.low + std::max(1e-12, std::abs(window.low));
  return window;
}

Window symmetric_window(const Picture& picture, double percentile) {
  std::vector<float> values = finite_values(picture);
  for (float& v : values) v = std::abs(v);
  const double high = at_percent(values, percentile);
  return high > 0 ? Window{-high, high} : Window{-1e-12, 1e-12};
}

std::int64_t shrink(Picture& picture, std::int64_t limit) {
  const std::int64_t side = std::max(picture.n_y, picture.n_x);
  const std::int64_t k = (side + limit - 1) / limit;
  if (k <= 1) return 1;
  const std::int64_t n_y = picture.n_y / k, n_x = picture.n_x / k, c = picture.n_channels;
  std::vector<float> small(static_cast<std::size_t>(n_y * n_x * c));
  for (std::int64_t y = 0; y < n_y; ++y) {
    for (std::int64_t x = 0; x < n_x * c; ++x) {
      double sum = 0;
      for (std::int64_t j = 0; j < k * k; ++j) {
        const std::int64_t row = y * k + j / k, column = x / c * k + j % k;
        sum += picture.values[static_cast<std::size_t>((row * picture.n_x + column) * c + x % c)];
      }
      small[static_cast<std::size_t>(y * n_x * c + x)] = static_cast<float>(sum / double(k * k));
    }
  }
  picture.values = std::move(small);
  picture.n_y = n_y;
  picture.n_x = n_x;
  if (picture.pitch_x_m) *picture.pitch_x_m *= static_cast<double>(k);
  return k;
}

void widen(Picture& picture) {
  const std::int64_t c = picture.n_channels, row = picture.n_x * c;
  const std::vector<float> narrow = picture.values;
  for (std::int64_t y = 0; y < picture.n_y; ++y) {
    for (std::int64_t x = 0; x < row; ++x) {
      float& largest = picture.values[static_cast<std::size_t>(y * row + x)];
      for (std::int64_t j = std::max<std::int64_t>(0, y - 1); j <= std::min(picture.n_y - 1, y + 1);
           ++j) {
        for (std::int64_t i = x >= c ? x - c : x; i <= std::min(row - 1, x + c); i += c) {
          largest = std::max(largest, narrow[static_cast<std::size_t>(j * row + i)]);
        }
      }
    }
  }
}

Picture difference(const Picture& a, const Picture& b) {
  PARFOCAL_CHECK(a.values.size() == b.values.size());
  Picture result = a;
  for (std::size_t i = 0; i < result.values.size(); ++i) result.values[i] -= b.values[i];
  return result;
}

std::string png_data_uri(const Picture& picture, const Window& window, ColourMap map) {
  const auto pixels = static_cast<std::size_t>(picture.n_y * picture.n_x);
  const auto channels = static_cast<std::size_t>(picture.n_channels);
  Array image;
  image.type = SampleType::kUInt8;
  image.shape = {picture.n_y, picture.n_x};
  if (channels == 3 || map == ColourMap::kSigned) image.shape.push_back(3);
  image.bytes.reserve(3 * pixels);
  const double scale = 1 / (window.high - window.low);
  for (std::size_t i = 0; i < pixels * channels; ++i) {
    const double share = (static_cast<double>(picture.values[i]) - window.low) * scale;
    if (map == ColourMap::kGrey) {
      image.bytes.push_back(std::byte{to_byte(std::isfinite(share) ? share : 0)});
    } else if (i % channels == 0) {
      // Of a colour difference the mean over channels is shown.
      double mean = 0;
      for (std::size_t c = 0; c < channels; ++c) {
        mean += (static_cast<double>(picture.values[i + c]) - window.low) * scale;
      }
      mean /= static_cast<double>(channels);
      for (const std::uint8_t part : signed_colour(std::isfinite(mean) ? mean : 0.5)) {
        image.bytes.push_back(std::byte{part});
      }
    }
  }
  return "data:image/png;base64," + base64_encode(formats::encode_png(image));
}

}  // namespace parfocal::report
