// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/min_feature.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/maximum.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {
namespace {

using Tool = std::vector<std::pair<std::int64_t, std::int64_t>>;

constexpr double kMicrometre = 1e-6;
constexpr std::int64_t kMostPixels = 64;
constexpr double kRounding = 1e-9;  // 3 pixels stay 3 where size / pitch is 3.0000000001

std::int64_t pixels_of(double size_m, double pitch_m) {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(size_m / pitch_m * (1.0 - kRounding))));
}

/// max over d of h(p + sign d); what lies outside never wins.
at::Tensor greatest(const at::Tensor& height, const Tool& tool, std::int64_t sign) {
  std::int64_t reach_y = 0, reach_x = 0;
  for (const auto& [dy, dx] : tool) {
    reach_y = std::max(reach_y, std::abs(dy));
    reach_x = std::max(reach_x, std::abs(dx));
  }
  const at::Tensor padded = at::constant_pad_nd(height, {reach_x, reach_x, reach_y, reach_y},
                                                -std::numeric_limits<double>::infinity());
  at::Tensor result;
  for (const auto& [dy, dx] : tool) {
    const at::Tensor moved = padded.narrow(0, reach_y + sign * dy, height.size(0))
                                 .narrow(1, reach_x + sign * dx, height.size(1));
    result = result.defined() ? at::maximum(result, moved) : moved;
  }
  return result;
}

at::Tensor dilate(const at::Tensor& height, const Tool& tool) { return greatest(height, tool, -1); }
at::Tensor erode(const at::Tensor& height, const Tool& tool) {
  return greatest(height.neg(), tool, 1).neg();
}

}  // namespace

void MinFeature::describe(Schema<Params>& s) {
  s.summary("No ridge and no groove narrower than a tool: opening, then closing by a disc.");
  s.equation(
      "project: h' = close(open(h)),  open = dilate erode,  close = erode dilate\n"
      "penalty: mean (h - h')^2, heights in um");
  s.citation("J. Serra, Image Analysis and Mathematical Morphology, 1982, chapter II");
  s.convention(
      "Pixels outside the map are neither high nor low. The size of the tool cannot be trained: it "
      "is a whole number of pixels.");
  s.gradient("surrogate: quantize passes the gradient, dq/dh = 1; project and penalty are exact");
  s.key("size", &Params::size)
      .required()
      .above(Length::from_m(0.0))
      .doc("Diameter of the smallest feature, rounded up to whole pixels.");
}

MinFeature::MinFeature(const Params& params, const BuildContext& context)
    : path_(context.path), size_m_(params.size.m()) {}

Tool MinFeature::tool(const Grid& grid) const {
  const std::int64_t n_y = pixels_of(size_m_, grid.pitch_y_m);
  const std::int64_t n_x = pixels_of(size_m_, grid.pitch_x_m);
  if (std::max(n_y, n_x) > kMostPixels) {
    throw SamplingError(
        fmt::format("{}.size = {} um: {} x {} pixels on a grid of {}, the limit is {}; a coarser "
                    "grid describes "
                    "such features",
                    path_, size_m_ / kMicrometre, n_y, n_x, grid.text(), kMostPixels));
  }
  const auto place = [](std::int64_t i, std::int64_t n) {
    return (2.0 * static_cast<double>(i) + 1.0) / static_cast<double>(n) - 1.0;
  };
  Tool tool;
  for (std::int64_t i = 0; i < n_y; ++i) {
    for (std::int64_t j = 0; j < n_x; ++j) {
      const double y = place(i, n_y), x = place(j, n_x);
      if (y * y + x * x <= 1.0) tool.emplace_back(i - (n_y - 1) / 2, j - (n_x - 1) / 2);
    }
  }
  return tool;
}

at::Tensor MinFeature::project(const at::Tensor& height, const Grid& grid) const {
  check_heights("min_feature", height, grid);
  const Tool disc = tool(grid);
  const at::Tensor opened = dilate(erode(height, disc), disc);
  return erode(dilate(opened, disc), disc);
}

at::Tensor MinFeature::penalty(const at::Tensor& height, const Grid& grid) const {
  return ((height - project(height, grid)) / kMicrometre).square().mean();
}

}  // namespace parfocal::optics
