// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/periodic_dead_leaves.h"

#include <ATen/ops/full.h>

#include <cmath>

namespace parfocal::datasets {
namespace {

class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t state) : state_(state) {}

  /// In [0, 1).
  double uniform() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

struct Disc {
  double y, x, radius, grey;
};

double periodic_distance(double a, double b, double period) {
  const double d = std::abs(a - b);
  return std::min(d, period - d);
}

void paint(at::TensorAccessor<double, 4>& pixels, const Disc& disc) {
  const std::int64_t n_y = pixels.size(2), n_x = pixels.size(3);
  for (std::int64_t i = 0; i < n_y; ++i) {
    const double dy = periodic_distance(static_cast<double>(i), disc.y, static_cast<double>(n_y));
    if (dy > disc.radius) continue;
    for (std::int64_t j = 0; j < n_x; ++j) {
      const double dx = periodic_distance(static_cast<double>(j), disc.x, static_cast<double>(n_x));
      if (dy * dy + dx * dx <= disc.radius * disc.radius) pixels[0][0][i][j] = disc.grey;
    }
  }
}

}  // namespace

void PeriodicDeadLeaves::describe(Schema<Params>& s) {
  s.summary("Discs painted on a torus: benchmark scenes, the same for every seed.");
  s.equation("radius = radius_min / sqrt(1 - u (1 - (radius_min / radius_max)^2))");
  s.citation("A. B. Lee, D. Mumford, J. Huang, Int. J. Comput. Vis. 41, 35 (2001)");
  s.convention("Later discs hide earlier ones. Scenes 0 to 999 for tests, from 1000 for training.");
  s.key("size", &Params::size).at_least(1).doc("Pixels of the object, [y, x].");
  s.key("photons", &Params::photons).above(Photons{}).doc("Photons per pixel at object value 1.");
  s.key("discs", &Params::discs).at_least(0).at_most(1000000).doc("Discs per scene.");
  s.key("radius_min", &Params::radius_min).above(0.0).doc("Smallest radius of a disc in pixels.");
  s.key("radius_max", &Params::radius_max).above(0.0).doc("Largest radius of a disc in pixels.");
  s.key("background", &Params::background)
      .at_least(0.0)
      .at_most(1.0)
      .doc("Object value that no disc covers.");
  s.check([](const Params& p) {
    return p.radius_min < p.radius_max ? "" : "radius_min must be below radius_max";
  });
}

at::Tensor PeriodicDeadLeaves::sample(std::uint64_t index) const {
  SplitMix64 random(1000 + index);
  const auto [n_y, n_x] = params_.size;
  at::Tensor image = at::full({1, 1, n_y, n_x}, params_.background, at::kDouble);
  auto pixels = image.accessor<double, 4>();
  const double ratio = params_.radius_min / params_.radius_max;
  for (std::int64_t k = 0; k < params_.discs; ++k) {
    Disc disc{};
    disc.radius = params_.radius_min / std::sqrt(1.0 - random.uniform() * (1.0 - ratio * ratio));
    disc.y = random.uniform() * static_cast<double>(n_y);
    disc.x = random.uniform() * static_cast<double>(n_x);
    disc.grey = random.uniform();
    paint(pixels, disc);
  }
  return image.mul(params_.photons.photons());
}

}  // namespace parfocal::datasets
