// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/siemens_star.h"

#include <ATen/ops/empty.h>

#include <cmath>

namespace parfocal::datasets {
namespace {

double star(double y, double x, double spokes, double radius) {
  if (std::hypot(y, x) >= radius) return 0.0;
  return std::sin(spokes * std::atan2(y, x)) > 0.0 ? 1.0 : 0.0;
}

}  // namespace

void SiemensStar::describe(Schema<Params>& s) {
  s.summary("Siemens star, a resolution target with radial spokes.");
  s.equation("value = 1 where sin(spokes phi) > 0 and r < radius, else 0");
  s.key("size", &Params::size).at_least(1).doc("Pixels of the object, [y, x].");
  s.key("photons", &Params::photons).above(Photons{}).doc("Photons per pixel at object value 1.");
  s.key("spokes", &Params::spokes).at_least(1).doc("Number of bright spokes.");
  s.key("radius", &Params::radius).above(0.0).doc("Radius of the star in pixels.");
  s.key("supersampling", &Params::supersampling)
      .at_least(1)
      .at_most(64)
      .doc("Points per pixel and axis that are averaged.");
}

SiemensStar::SiemensStar(const Params& params, const BuildContext&) : params_(params) {}

at::Tensor SiemensStar::sample(std::uint64_t) const {
  const auto [n_y, n_x] = params_.size;
  at::Tensor image = at::empty({1, 1, n_y, n_x}, at::kDouble);
  auto pixels = image.accessor<double, 4>();
  const std::int64_t points = params_.supersampling;
  const auto offset = [points](std::int64_t k) {
    return (static_cast<double>(k) + 0.5) / static_cast<double>(points) - 0.5;
  };
  for (std::int64_t i = 0; i < n_y; ++i) {
    for (std::int64_t j = 0; j < n_x; ++j) {
      double total = 0.0;
      for (std::int64_t a = 0; a < points; ++a) {
        for (std::int64_t b = 0; b < points; ++b) {
          total += star(static_cast<double>(i - n_y / 2) + offset(a),
                        static_cast<double>(j - n_x / 2) + offset(b),
                        static_cast<double>(params_.spokes), params_.radius);
        }
      }
      pixels[0][0][i][j] = params_.photons.photons() * total / static_cast<double>(points * points);
    }
  }
  return image;
}

}  // namespace parfocal::datasets
