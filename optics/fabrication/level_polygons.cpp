// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/level_polygons.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/error.h"
#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {
namespace {

/// Pixel map with a border that is never set.
class Bitmap {
 public:
  Bitmap(const at::Tensor& set, const Grid& grid) : n_y_(grid.n_y), n_x_(grid.n_x) {
    PARFOCAL_CHECK(set.scalar_type() == at::kBool);
    PARFOCAL_CHECK(set.numel() == n_y_ * n_x_);
    const at::Tensor packed = set.cpu().contiguous();
    const bool* data = packed.data_ptr<bool>();
    set_.assign(data, data + packed.numel());
  }
  [[nodiscard]] bool at(std::int64_t i, std::int64_t j) const {
    return i >= 0 && j >= 0 && i < n_y_ && j < n_x_ && set_[index(i, j)];
  }
  [[nodiscard]] std::size_t index(std::int64_t i, std::int64_t j) const {
    return static_cast<std::size_t>(i * n_x_ + j);
  }

 private:
  std::int64_t n_y_, n_x_;
  std::vector<bool> set_;
};

/// Number of the 4-connected component of each set pixel, from 0; -1 elsewhere.
std::vector<std::int64_t> components(const Bitmap& map, const Grid& grid, std::int64_t& count) {
  std::vector<std::int64_t> label(static_cast<std::size_t>(grid.n_y * grid.n_x), -1);
  std::vector<std::pair<std::int64_t, std::int64_t>> open;
  const auto take = [&](std::int64_t i, std::int64_t j) {
    if (!map.at(i, j) || label[map.index(i, j)] >= 0) return;
    label[map.index(i, j)] = count;
    open.emplace_back(i, j);
  };
  for (std::int64_t i = 0; i < grid.n_y; ++i) {
    for (std::int64_t j = 0; j < grid.n_x; ++j) {
      if (!map.at(i, j) || label[map.index(i, j)] >= 0) continue;
      take(i, j);
      while (!open.empty()) {
        const auto [y, x] = open.back();
        open.pop_back();
        take(y - 1, x);
        take(y + 1, x);
        take(y, x - 1);
        take(y, x + 1);
      }
      ++count;
    }
  }
  return label;
}

/// Directions on the image, clockwise: east, south, west, north.
constexpr std::int64_t kDy[] = {0, 1, 0, -1};
constexpr std::int64_t kDx[] = {1, 0, -1, 0};

/// The pixel to the right of a walk that leaves corner (y, x) in direction d; corner (i, j) is the
/// top left one of pixel (i, j).
std::pair<std::int64_t, std::int64_t> right_pixel(std::int64_t y, std::int64_t x, int d) {
  return {y - (d >= 2 ? 1 : 0), x - (d == 1 || d == 2 ? 1 : 0)};
}

/// Walks along all outlines with set pixels at the right.
class Tracer {
 public:
  Tracer(const Bitmap& map, const Grid& grid)
      : map_(map), grid_(grid), done_(static_cast<std::size_t>((grid.n_y + 1) * (grid.n_x + 1))) {}

  /// Whether an edge of an outline leaves the corner in this direction.
  [[nodiscard]] bool is_edge(std::int64_t y, std::int64_t x, int d) const {
    const auto [ri, rj] = right_pixel(y, x, d);
    // What lies to the left of d lies to the right of the way back.
    const auto [li, lj] = right_pixel(y + kDy[d], x + kDx[d], (d + 2) % 4);
    return map_.at(ri, rj) && !map_.at(li, lj);
  }

  /// A walk of the ring that begins with an eastward edge; empty if it is known already.
  Ring walk(std::int64_t y, std::int64_t x) {
    Ring ring;
    int d = 0;
    const std::int64_t y0 = y, x0 = x;
    if (done_at(y, x) || !is_edge(y, x, d)) return ring;
    do {
      if (d == 0) done_at(y, x) = true;
      y += kDy[d];
      x += kDx[d];
      const int next = turn(y, x, d);
      if (next != d) ring.push_back(place(y, x));
      d = next;
    } while (y != y0 || x != x0 || d != 0);
    return ring;
  }

 private:
  std::vector<bool>::reference done_at(std::int64_t y, std::int64_t x) {
    return done_[static_cast<std::size_t>(y * (grid_.n_x + 1) + x)];
  }
  /// Right first: that way stays with the pixel at hand where two touch in a corner.
  [[nodiscard]] int turn(std::int64_t y, std::int64_t x, int d) const {
    for (const int by : {1, 0, 3}) {
      if (is_edge(y, x, (d + by) % 4)) return (d + by) % 4;
    }
    throw LogicError("an outline ends");
  }
  [[nodiscard]] Point place(std::int64_t y, std::int64_t x) const {
    return {(static_cast<double>(y) - 0.5 - grid_.origin_y) * grid_.pitch_y_m,
            (static_cast<double>(x) - 0.5 - grid_.origin_x) * grid_.pitch_x_m};
  }

  const Bitmap& map_;
  const Grid& grid_;
  std::vector<bool> done_;  // eastward edges, by the corner they leave
};

/// Twice the area; positive for outer boundaries.
double turned_area(const Ring& ring) {
  double area = 0.0;
  for (std::size_t k = 0; k < ring.size(); ++k) {
    const Point &a = ring[k], &b = ring[(k + 1) % ring.size()];
    area += a.x_m * b.y_m - b.x_m * a.y_m;
  }
  return area;
}

/// Index of the level of every pixel. \throws UsageError naming the pixel that has none.
std::vector<std::int64_t> levels_at(const std::string& who, const at::Tensor& height,
                                    const Grid& grid, const std::vector<double>& levels_m,
                                    double allowed_m) {
  check_heights(who, height, grid);
  const at::Tensor packed = height.detach().cpu().to(at::kDouble).contiguous();
  const double* h = packed.data_ptr<double>();
  std::vector<std::int64_t> levels(static_cast<std::size_t>(packed.numel()));
  for (std::size_t p = 0; p < levels.size(); ++p) {
    auto next = std::lower_bound(levels_m.begin(), levels_m.end(), h[p]);
    if (next == levels_m.end() || (next != levels_m.begin() && h[p] - next[-1] < *next - h[p])) {
      --next;
    }
    if (!(std::abs(*next - h[p]) <= allowed_m)) {
      throw UsageError(fmt::format(
          "{}: height[{}, {}] = {:.6g} um is {:.4g} um off the nearest of {} levels, {:.4g} um are "
          "allowed; "
          "quantize the map first",
          who, static_cast<std::int64_t>(p) / grid.n_x, static_cast<std::int64_t>(p) % grid.n_x,
          h[p] * 1e6, std::abs(*next - h[p]) * 1e6, levels_m.size(), allowed_m * 1e6));
    }
    levels[p] = next - levels_m.begin();
  }
  return levels;
}

template <class Belongs>
at::Tensor where_level(const std::vector<std::int64_t>& levels, const Grid& grid,
                       const Belongs& belongs) {
  at::Tensor set = at::zeros({grid.n_y, grid.n_x}, at::kBool);
  bool* data = set.data_ptr<bool>();
  for (std::size_t p = 0; p < levels.size(); ++p) data[p] = belongs(levels[p]);
  return set;
}

}  // namespace

std::vector<Polygon> outlines(const at::Tensor& set, const Grid& grid) {
  const Bitmap map(set, grid);
  std::int64_t count = 0;
  const std::vector<std::int64_t> label = components(map, grid, count);
  std::vector<Polygon> polygons(static_cast<std::size_t>(count));
  Tracer tracer(map, grid);
  for (std::int64_t i = 0; i < grid.n_y; ++i) {
    for (std::int64_t j = 0; j < grid.n_x; ++j) {
      Ring ring = tracer.walk(i, j);
      if (ring.empty()) continue;
      Polygon& polygon = polygons[static_cast<std::size_t>(label[map.index(i, j)])];
      if (turned_area(ring) > 0.0) {
        PARFOCAL_CHECK(polygon.outer.empty());
        polygon.outer = std::move(ring);
      } else {
        polygon.holes.push_back(std::move(ring));
      }
    }
  }
  return polygons;
}

std::vector<PolygonLayer> level_polygons(const at::Tensor& height, const Grid& grid,
                                         const std::vector<double>& levels_m, double tolerance) {
  PARFOCAL_CHECK(!levels_m.empty());
  double least = levels_m.size() == 1 ? std::abs(levels_m.front()) : INFINITY;
  for (std::size_t k = 1; k < levels_m.size(); ++k) {
    PARFOCAL_CHECK(levels_m[k - 1] < levels_m[k]);
    least = std::min(least, levels_m[k] - levels_m[k - 1]);
  }
  const auto levels = levels_at("level_polygons", height, grid, levels_m, tolerance * least);
  std::vector<PolygonLayer> layers;
  for (std::size_t k = 0; k < levels_m.size(); ++k) {
    const auto number = static_cast<std::int64_t>(k);
    const at::Tensor set = where_level(levels, grid, [&](std::int64_t l) { return l == number; });
    std::vector<Polygon> polygons = outlines(set, grid);
    if (polygons.empty()) continue;
    layers.push_back({static_cast<int>(k), levels_m[k], std::move(polygons)});
  }
  return layers;
}

std::vector<PolygonLayer> etch_masks(const at::Tensor& height, const Grid& grid, double step_m,
                                     double tolerance) {
  PARFOCAL_CHECK(step_m > 0.0);
  check_heights("etch_masks", height, grid);
  constexpr double kMostLevels = 65536.0;
  const double top = std::round(height.max().item<double>() / step_m);
  if (!(top < kMostLevels)) {
    throw UsageError(
        fmt::format("etch_masks: the map has {} levels of {} um, the limit is {}; give "
                    "a greater step",
                    top + 1.0, step_m * 1e6, kMostLevels));
  }
  std::vector<double> levels_m;
  for (double level = 0.0; level <= std::max(top, 0.0); level += 1.0) {
    levels_m.push_back(level * step_m);
  }
  const auto levels = levels_at("etch_masks", height, grid, levels_m, tolerance * step_m);
  std::vector<PolygonLayer> layers;
  for (int bit = 0; (std::size_t{1} << bit) < levels_m.size(); ++bit) {
    const at::Tensor set =
        where_level(levels, grid, [&](std::int64_t l) { return ((l >> bit) & 1) != 0; });
    layers.push_back({bit, std::ldexp(step_m, bit), outlines(set, grid)});
  }
  return layers;
}

at::Tensor filled(const std::vector<Polygon>& polygons, const Grid& grid) {
  // Every edge turns over what lies to the right of its crossing, in each row that it crosses.
  std::vector<std::vector<double>> crossings(static_cast<std::size_t>(grid.n_y));
  const auto add = [&](const Ring& ring) {
    for (std::size_t k = 0; k < ring.size(); ++k) {
      Point a = ring[k], b = ring[(k + 1) % ring.size()];
      if (a.y_m > b.y_m) std::swap(a, b);
      const auto row = [&](double y) {
        return std::clamp(std::ceil(y / grid.pitch_y_m + grid.origin_y), 0.0,
                          static_cast<double>(grid.n_y));
      };
      for (auto i = static_cast<std::int64_t>(row(a.y_m)),
                end = static_cast<std::int64_t>(row(b.y_m));
           i < end; ++i) {
        const double t = (grid.y_m(i) - a.y_m) / (b.y_m - a.y_m);
        crossings[static_cast<std::size_t>(i)].push_back(a.x_m + t * (b.x_m - a.x_m));
      }
    }
  };
  for (const Polygon& polygon : polygons) {
    add(polygon.outer);
    for (const Ring& hole : polygon.holes) add(hole);
  }
  at::Tensor set = at::zeros({grid.n_y, grid.n_x}, at::kBool);
  bool* data = set.data_ptr<bool>();
  for (std::int64_t i = 0; i < grid.n_y; ++i) {
    auto& row = crossings[static_cast<std::size_t>(i)];
    std::sort(row.begin(), row.end());
    std::size_t passed = 0;
    for (std::int64_t j = 0; j < grid.n_x; ++j) {
      while (passed < row.size() && row[passed] <= grid.x_m(j)) ++passed;
      data[i * grid.n_x + j] = passed % 2 == 1;
    }
  }
  return set;
}

at::Tensor heights_of(const std::vector<PolygonLayer>& layers, const Grid& grid) {
  at::Tensor height = at::zeros({grid.n_y, grid.n_x}, at::kDouble);
  for (const PolygonLayer& layer : layers) {
    height += filled(layer.polygons, grid).to(at::kDouble) * layer.height_m;
  }
  return height;
}

}  // namespace parfocal::optics
