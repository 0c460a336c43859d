// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/wobble.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "core/error.h"

namespace parfocal::solvers {
namespace {

/// Uniform cubic B-splines on [low, high].
struct Spline {
  double low, high;
  int breaks;

  [[nodiscard]] std::size_t coefficients() const { return static_cast<std::size_t>(breaks) + 2; }

  /// Weights of the four coefficients from `first` on.
  [[nodiscard]] std::array<double, 4> weights(double z, std::size_t& first) const {
    const double t = (z - low) / (high - low) * (breaks - 1);
    const double cell = std::clamp(std::floor(t), 0.0, static_cast<double>(breaks - 2));
    const double u = t - cell, v = 1 - u;
    first = static_cast<std::size_t>(cell);
    return {v * v * v / 6, (3 * u * u * u - 6 * u * u + 4) / 6, (3 * v * v * v - 6 * v * v + 4) / 6,
            u * u * u / 6};
  }
};

[[noreturn]] void too_few_planes(std::size_t planes, std::size_t coefficients) {
  throw DataError("beads in " + std::to_string(planes) +
                  " planes do not determine the wobble: its spline has " +
                  std::to_string(coefficients) + " coefficients; give more planes or less breaks");
}

/// Solves the normal equations [n, n] with two right-hand sides in place (A.-L. Cholesky).
void solve(std::vector<double>& matrix, std::vector<std::array<double, 2>>& sides,
           std::size_t planes) {
  const std::size_t n = sides.size();
  const auto at = [&](std::size_t r, std::size_t c) -> double& { return matrix[r * n + c]; };
  for (std::size_t c = 0; c < n; ++c) {
    const double whole = at(c, c);
    for (std::size_t k = 0; k < c; ++k) at(c, c) -= at(c, k) * at(c, k);
    if (!(at(c, c) > 1e-12 * whole)) too_few_planes(planes, n);
    at(c, c) = std::sqrt(at(c, c));
    for (std::size_t r = c + 1; r < n; ++r) {
      for (std::size_t k = 0; k < c; ++k) at(r, c) -= at(r, k) * at(c, k);
      at(r, c) /= at(c, c);
    }
  }
  for (std::size_t axis = 0; axis < 2; ++axis) {
    for (std::size_t r = 0; r < n; ++r) {
      for (std::size_t k = 0; k < r; ++k) sides[r][axis] -= at(r, k) * sides[k][axis];
      sides[r][axis] /= at(r, r);
    }
    for (std::size_t r = n; r-- > 0;) {
      for (std::size_t k = r + 1; k < n; ++k) sides[r][axis] -= at(k, r) * sides[k][axis];
      sides[r][axis] /= at(r, r);
    }
  }
}

}  // namespace

Wobble::Wobble(const std::vector<EmitterPlace>& truth, const std::vector<EmitterPlace>& found,
               const Options& options) {
  struct Sum {
    double beads = 0, z = 0, x = 0, y = 0;
  };
  std::map<std::int64_t, Sum> sums;
  const MatchingGates gates{options.radius, std::numeric_limits<double>::infinity()};
  // Depths that were found do not count.
  std::vector<EmitterPlace> flat_truth = truth, flat_found = found;
  for (EmitterPlace& place : flat_truth) place.z = 0;
  for (EmitterPlace& place : flat_found) place.z = 0;
  for (const auto& [t, f] : match_emitters(flat_truth, flat_found, gates, Matcher::kGreedy)) {
    Sum& sum = sums[truth[t].frame];
    sum.beads += 1;
    sum.z += truth[t].z;
    sum.x += found[f].x - truth[t].x;
    sum.y += found[f].y - truth[t].y;
  }
  for (const auto& [frame, sum] : sums) {
    planes_.push_back({sum.z / sum.beads, sum.x / sum.beads, sum.y / sum.beads});
  }
  std::ranges::sort(planes_, {}, &Plane::z);
  if (planes_.size() < 2 || planes_.front().z == planes_.back().z) {
    too_few_planes(planes_.size(), static_cast<std::size_t>(options.breaks) + 2);
  }

  const Spline spline{planes_.front().z, planes_.back().z, options.breaks};
  const std::size_t n = spline.coefficients();
  std::vector<double> matrix(n * n);
  std::vector<std::array<double, 2>> sides(n);
  std::size_t first = 0;
  for (const Plane& plane : planes_) {
    const std::array<double, 4> w = spline.weights(plane.z, first);
    for (std::size_t a = 0; a < 4; ++a) {
      sides[first + a][0] += w[a] * plane.x;
      sides[first + a][1] += w[a] * plane.y;
      for (std::size_t b = 0; b < 4; ++b) matrix[(first + a) * n + first + b] += w[a] * w[b];
    }
  }
  solve(matrix, sides, planes_.size());
  for (Plane& plane : planes_) {
    const std::array<double, 4> w = spline.weights(plane.z, first);
    plane.x = plane.y = 0;
    for (std::size_t a = 0; a < 4; ++a) {
      plane.x += w[a] * sides[first + a][0];
      plane.y += w[a] * sides[first + a][1];
    }
  }
}

std::array<double, 2> Wobble::at(double z) const {
  const auto above = std::ranges::lower_bound(planes_, z, {}, &Plane::z);
  auto nearest = above == planes_.end() ? above - 1 : above;
  if (nearest != planes_.begin() && z - (nearest - 1)->z < nearest->z - z) --nearest;
  return {nearest->x, nearest->y};
}

}  // namespace parfocal::solvers
