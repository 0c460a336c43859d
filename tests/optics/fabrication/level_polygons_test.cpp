// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/level_polygons.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>

#include <cmath>

#include "core/error.h"
#include "core/tensor/random.h"

namespace parfocal::optics {
namespace {

using testing::HasSubstr;

constexpr double kStep_m = 0.25e-6;

Grid grid_of(std::int64_t n_y, std::int64_t n_x) {
  return Grid::centred(n_y, n_x, 0.65e-6, 0.80e-6);
}

at::Tensor random_levels(const Grid& grid, int levels, std::uint32_t sample) {
  RandomStream random(1, "levels", 0, sample);
  return (random.uniform({grid.n_y, grid.n_x}) * levels).floor();
}

std::vector<double> ladder(int levels) {
  std::vector<double> heights;
  for (int k = 0; k < levels; ++k) heights.push_back(k * kStep_m);
  return heights;
}

at::Tensor bitmap(const std::vector<std::string>& rows) {
  at::Tensor set =
      at::zeros({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size())},
                at::kBool);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      if (rows[i][j] == '#') {
        set[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(j)].fill_(true);
      }
    }
  }
  return set;
}

std::vector<Polygon> outlines_of(const std::vector<std::string>& rows) {
  const at::Tensor set = bitmap(rows);
  return outlines(set, Grid{set.size(0), set.size(1), 1.0, 1.0, -0.5, -0.5});
}

/// Shoelace formula: outer minus holes.
double area(const std::vector<Polygon>& polygons) {
  const auto one = [](const Ring& ring) {
    double twice = 0.0;
    for (std::size_t k = 0; k < ring.size(); ++k) {
      const Point &a = ring[k], &b = ring[(k + 1) % ring.size()];
      twice += a.x_m * b.y_m - b.x_m * a.y_m;
    }
    return std::abs(twice) / 2.0;
  };
  double sum = 0.0;
  for (const Polygon& polygon : polygons) {
    sum += one(polygon.outer);
    for (const Ring& hole : polygon.holes) sum -= one(hole);
  }
  return sum;
}

/// W. R. Franklin's crossing test, point by point, written apart from `filled`.
bool holds(const std::vector<Polygon>& polygons, double y, double x) {
  bool inside = false;
  const auto cross = [&](const Ring& ring) {
    for (std::size_t k = 0, j = ring.size() - 1; k < ring.size(); j = k++) {
      if ((ring[k].y_m > y) == (ring[j].y_m > y)) continue;
      const double at_y =
          (ring[j].x_m - ring[k].x_m) * (y - ring[k].y_m) / (ring[j].y_m - ring[k].y_m) +
          ring[k].x_m;
      if (x < at_y) inside = !inside;
    }
  };
  for (const Polygon& polygon : polygons) {
    cross(polygon.outer);
    for (const Ring& hole : polygon.holes) cross(hole);
  }
  return inside;
}

TEST(Outlines, OfOnePixelIsItsFourCorners) {
  const auto polygons = outlines_of({"...", ".#.", "..."});
  ASSERT_EQ(polygons.size(), 1U);
  EXPECT_THAT(polygons[0].outer,
              testing::UnorderedElementsAre(Point{1, 1}, Point{1, 2}, Point{2, 2}, Point{2, 1}));
  EXPECT_TRUE(polygons[0].holes.empty());
}

TEST(Outlines, MergeRunsAndKeepHoles) {
  const auto polygons = outlines_of({"#####", "#...#", "#.#.#", "#...#", "#####"});
  ASSERT_EQ(polygons.size(), 2U);  // the frame and the pixel in its hole
  EXPECT_EQ(polygons[0].outer.size(), 4U);
  ASSERT_EQ(polygons[0].holes.size(), 1U);
  EXPECT_EQ(polygons[0].holes[0].size(), 4U);
  EXPECT_EQ(area(polygons), 17.0);
}

TEST(Outlines, PixelsThatTouchInACornerAreTwoPolygons) {
  const auto apart = outlines_of({"#.", ".#"});
  ASSERT_EQ(apart.size(), 2U);
  EXPECT_EQ(area(apart), 2.0);
  // A ring that is closed by a corner only has no hole: its one outline touches itself.
  const auto ring = outlines_of({"###.", "#.#.", "##.#", "...#"});
  ASSERT_EQ(ring.size(), 2U);
  EXPECT_TRUE(ring[0].holes.empty());
  EXPECT_EQ(ring[0].outer.size(), 10U);
  EXPECT_EQ(area(ring), 9.0);
  // Two empty pixels that touch in a corner are one hole.
  const auto hole = outlines_of({"####", "#.##", "##.#", "####"});
  ASSERT_EQ(hole.size(), 1U);
  EXPECT_EQ(area(hole), 14.0);
}

TEST(LevelPolygons, CoverEveryPixelOnceAndGiveTheMapBack) {
  std::uint32_t sample = 0;
  for (const auto& [n_y, n_x] : {std::pair{1, 1}, {1, 9}, {8, 1}, {15, 22}, {40, 37}}) {
    for (const int levels : {2, 3, 8}) {
      const Grid grid = grid_of(n_y, n_x);
      const at::Tensor map = random_levels(grid, levels, ++sample);
      const auto layers = level_polygons(map * kStep_m, grid, ladder(levels));
      at::Tensor covers = at::zeros({n_y, n_x}, at::kLong);
      for (const PolygonLayer& layer : layers) {
        const at::Tensor set = map == layer.number;
        covers += filled(layer.polygons, grid);
        EXPECT_TRUE(filled(layer.polygons, grid).equal(set));
        EXPECT_EQ(layer.height_m, layer.number * kStep_m);
        const double expected = set.sum().item<double>() * 0.65e-6 * 0.80e-6;
        EXPECT_NEAR(area(layer.polygons), expected, 1e-12 * expected);
        for (std::int64_t i = 0; i < n_y; ++i) {
          for (std::int64_t j = 0; j < n_x; ++j) {
            ASSERT_EQ(holds(layer.polygons, grid.y_m(i), grid.x_m(j)), set[i][j].item<bool>());
          }
        }
      }
      EXPECT_TRUE((covers == 1).all().item<bool>());
      EXPECT_TRUE(heights_of(layers, grid).equal(map * kStep_m));
    }
  }
}

TEST(LevelPolygons, NamesThePixelThatIsNoLevel) {
  const at::Tensor h = at::tensor({0.0, 0.25e-6, 0.3e-6, 0.5e-6}, at::kDouble).reshape({2, 2});
  try {
    (void)level_polygons(h, grid_of(2, 2), ladder(3));
    FAIL() << "no refusal";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("height[1, 0] = 0.3 um is 0.05 um off the"));
    EXPECT_THAT(error.what(), HasSubstr("nearest of 3 levels"));
  }
}

TEST(EtchMasks, AreTheBitsOfTheLevel) {
  const Grid grid = grid_of(15, 22);
  const at::Tensor map = random_levels(grid, 6, 77);
  const auto masks = etch_masks(map * kStep_m, grid, kStep_m);
  ASSERT_EQ(masks.size(), 3U);
  const at::Tensor whole = map.to(at::kLong);
  for (int bit = 0; bit < 3; ++bit) {
    const PolygonLayer& mask = masks[static_cast<std::size_t>(bit)];
    EXPECT_EQ(mask.number, bit);
    EXPECT_EQ(mask.height_m, kStep_m * (1 << bit));
    const at::Tensor expected = whole.div(1 << bit, "floor").remainder(2) == 1;
    EXPECT_TRUE(filled(mask.polygons, grid).equal(expected)) << bit;
  }
  EXPECT_LE((heights_of(masks, grid) - map * kStep_m).abs().max().item<double>(), 1e-21);
}

}  // namespace
}  // namespace parfocal::optics
