// SPDX-License-Identifier: Apache-2.0
#include "datasets/image_preparation.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/sqrt.h>
#include <fmt/format.h>

#include "core/error.h"

namespace parfocal::datasets {
namespace {

void require_inside(std::int64_t begin, std::int64_t end, std::int64_t size, const char* axis,
                    const std::string& path) {
  if (begin >= 0 && begin < end && end <= size) return;
  throw DataError(fmt::format("{}: the {} [{}, {}) do not lie inside the image of {} {}", path,
                              axis, begin, end, size, axis));
}

at::Tensor blocks(const at::Tensor& image, std::int64_t factor, const std::string& path) {
  const std::int64_t n_y = image.size(-2);
  const std::int64_t n_x = image.size(-1);
  if (n_y % factor != 0 || n_x % factor != 0) {
    throw DataError(fmt::format(
        "{}: binning = {} does not divide the image of {} x {} pixels; crop it to {} x {} first",
        path, factor, n_y, n_x, n_y - n_y % factor, n_x - n_x % factor));
  }
  return image.view({image.size(0), image.size(1), n_y / factor, factor, n_x / factor, factor});
}

}  // namespace

at::Tensor window_mean(const at::Tensor& image, const DarkLevel::Window& window,
                       const std::string& path) {
  require_inside(window.rows[0], window.rows[1], image.size(-2), "rows", path + ".dark.mean_of");
  require_inside(window.columns[0], window.columns[1], image.size(-1), "columns",
                 path + ".dark.mean_of");
  return image.slice(-2, window.rows[0], window.rows[1])
      .slice(-1, window.columns[0], window.columns[1])
      .mean({-2, -1}, true);
}

at::Tensor crop(const at::Tensor& image, const std::array<std::int64_t, 4>& window,
                const std::string& path) {
  require_inside(window[0], window[1], image.size(-2), "rows", path + ".crop");
  require_inside(window[2], window[3], image.size(-1), "columns", path + ".crop");
  return image.slice(-2, window[0], window[1]).slice(-1, window[2], window[3]).contiguous();
}

at::Tensor bin_mean(const at::Tensor& image, std::int64_t factor, const std::string& path) {
  if (factor == 1) return image;
  return blocks(image.contiguous(), factor, path).mean({-3, -1});
}

at::Tensor bin_any(const at::Tensor& flags, std::int64_t factor, const std::string& path) {
  if (factor == 1) return flags;
  return blocks(flags.contiguous(), factor, path).any(-1).any(-2);
}

at::Tensor normalizer(const at::Tensor& image, ImageFile::Normalize rule, const std::string& path) {
  const at::Tensor flat = image.reshape({image.size(0), -1});
  at::Tensor divisor;
  switch (rule) {
    case ImageFile::Normalize::kNone:
      divisor = at::ones({image.size(0)}, image.options());
      break;
    case ImageFile::Normalize::kL2:
      divisor = at::sqrt(flat.square().sum(1));
      break;
    case ImageFile::Normalize::kMax:
      divisor = flat.amax(1);
      break;
    case ImageFile::Normalize::kSum:
      divisor = flat.sum(1);
      break;
  }
  for (std::int64_t frame = 0; frame < divisor.size(0); ++frame) {
    const double value = divisor[frame].item<double>();
    if (!(value > 0.0)) {
      throw DataError(fmt::format("{}: frame {} cannot be normalized: its {} is {}", path, frame,
                                  rule == ImageFile::Normalize::kL2    ? "L2 norm"
                                  : rule == ImageFile::Normalize::kMax ? "maximum"
                                                                       : "sum",
                                  value));
    }
  }
  return divisor.view({-1, 1, 1, 1});
}

}  // namespace parfocal::datasets
