// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/dead_leaves.h"

#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/tensor/random.h"

namespace parfocal::datasets {
namespace {

/// Inverse of the cumulative distribution of a power law on [low, high].
double power_law(double uniform, double low, double high, double exponent) {
  if (std::abs(exponent - 1.0) < 1e-12) return low * std::pow(high / low, uniform);
  const double k = 1.0 - exponent;
  return std::pow(std::pow(low, k) + uniform * (std::pow(high, k) - std::pow(low, k)), 1.0 / k);
}

/// Writes one disc behind everything drawn so far; returns how many pixels it newly covers.
std::int64_t draw_behind(at::Tensor& image, std::vector<bool>& covered, double y, double x,
                         double r, const double* colour) {
  auto pixels = image.accessor<double, 3>();
  const std::int64_t n_y = pixels.size(1);
  const std::int64_t n_x = pixels.size(2);
  const auto first_y = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(y - r)));
  const auto last_y = std::min(n_y - 1, static_cast<std::int64_t>(std::floor(y + r)));
  std::int64_t fresh = 0;
  for (std::int64_t i = first_y; i <= last_y; ++i) {
    const double dy = static_cast<double>(i) - y;
    const double half = std::sqrt(std::max(0.0, r * r - dy * dy));
    const auto first_x = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(x - half)));
    const auto last_x = std::min(n_x - 1, static_cast<std::int64_t>(std::floor(x + half)));
    for (std::int64_t j = first_x; j <= last_x; ++j) {
      const auto pixel = static_cast<std::size_t>(i * n_x + j);
      if (covered[pixel]) continue;
      covered[pixel] = true;
      ++fresh;
      for (std::int64_t c = 0; c < pixels.size(0); ++c) pixels[c][i][j] = colour[c];
    }
  }
  return fresh;
}

}  // namespace

void DeadLeaves::describe(Schema<Params>& s) {
  s.summary("Random overlapping discs with the statistics of natural images.");
  s.equation("p(r) ~ r^-exponent on [radius_min, radius_max]");
  s.citation("A. B. Lee, D. Mumford, J. Huang, Int. J. Comput. Vis. 41, 35 (2001)");
  s.key("size", &Params::size).at_least(1).doc("Pixels of the object, [y, x].");
  s.key("channels", &Params::channels).at_least(1).doc("Number of colour channels.");
  s.key("photons", &Params::photons).above(Photons{}).doc("Photons per pixel at object value 1.");
  s.key("radius_min", &Params::radius_min).above(0.0).doc("Smallest radius of a disc in pixels.");
  s.key("radius_max", &Params::radius_max).above(0.0).doc("Largest radius of a disc in pixels.");
  s.key("exponent", &Params::exponent)
      .at_least(0.0)
      .doc("Exponent of the density of radii; 3 is scale invariant.");
  s.check([](const Params& p) {
    return p.radius_min < p.radius_max ? "" : "radius_min must be below radius_max";
  });
}

DeadLeaves::DeadLeaves(const Params& params, const BuildContext& context)
    : params_(params), seed_(context.seed) {}

at::Tensor DeadLeaves::sample(std::uint64_t index) const {
  RandomStream random(seed_, "scene.dead_leaves", 0, static_cast<std::uint32_t>(index));
  const auto [n_y, n_x] = params_.size;
  const std::int64_t n_channels = params_.channels;
  at::Tensor image = at::full({n_channels, n_y, n_x}, 0.0, at::kDouble);
  std::vector<bool> covered(static_cast<std::size_t>(n_y * n_x), false);
  const double margin = params_.radius_max;

  std::int64_t remaining = n_y * n_x;
  while (remaining > 0) {
    const at::Tensor draws = random.uniform({512, 3 + n_channels});
    const auto u = draws.accessor<double, 2>();
    for (std::int64_t k = 0; k < u.size(0) && remaining > 0; ++k) {
      const double y = u[k][0] * (static_cast<double>(n_y) + 2.0 * margin) - margin;
      const double x = u[k][1] * (static_cast<double>(n_x) + 2.0 * margin) - margin;
      const double r = power_law(u[k][2], params_.radius_min, params_.radius_max, params_.exponent);
      remaining -= draw_behind(image, covered, y, x, r, &u[k][3]);
    }
  }
  return image.mul(params_.photons.photons()).unsqueeze(0);
}

}  // namespace parfocal::datasets
