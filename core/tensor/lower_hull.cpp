// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/lower_hull.h"

namespace parfocal {

std::vector<double> lower_hull(std::span<const double> y, std::span<const double> x) {
  const auto place = [&x](std::size_t i) { return x.empty() ? static_cast<double>(i) : x[i]; };
  std::vector<std::size_t> hull;
  for (std::size_t i = 0; i < y.size(); ++i) {
    while (hull.size() >= 2) {
      const std::size_t a = hull[hull.size() - 2], b = hull.back();
      const double turn =
          (place(b) - place(a)) * (y[i] - y[a]) - (y[b] - y[a]) * (place(i) - place(a));
      if (turn > 0) break;
      hull.pop_back();
    }
    hull.push_back(i);
  }
  std::vector<double> z(y.begin(), y.end());
  for (std::size_t k = 0; k + 1 < hull.size(); ++k) {
    const std::size_t a = hull[k], b = hull[k + 1];
    for (std::size_t i = a + 1; i < b; ++i) {
      const double u = (place(i) - place(a)) / (place(b) - place(a));
      z[i] = y[a] + u * (y[b] - y[a]);
    }
  }
  return z;
}

}  // namespace parfocal
