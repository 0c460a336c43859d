// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/polygon_pieces.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace parfocal::formats {
namespace {

struct Edge {
  Point top, bottom;

  [[nodiscard]] double x_at(double y) const {
    if (top.x_m == bottom.x_m || y == top.y_m) return top.x_m;
    if (y == bottom.y_m) return bottom.x_m;
    const double t = (y - top.y_m) / (bottom.y_m - top.y_m);
    return top.x_m + t * (bottom.x_m - top.x_m);
  }
};

/// A cross-section of the polygon between two heights.
struct Interval {
  const Edge* left;
  const Edge* right;
};

/// A piece that still grows downwards.
struct Piece {
  Ring left, right;

  void add(const Interval& interval, double top, double bottom) {
    for (const double y : {top, bottom}) {
      append(left, {y, interval.left->x_at(y)});
      append(right, {y, interval.right->x_at(y)});
    }
  }
  [[nodiscard]] Ring ring() const {
    Ring ring = right;
    for (auto point = left.rbegin(); point != left.rend(); ++point) {
      if (!(*point == ring.back()) && !(*point == ring.front())) ring.push_back(*point);
    }
    return ring;
  }

 private:
  static void append(Ring& chain, const Point& point) {
    const std::size_t n = chain.size();
    if (n > 0 && chain.back() == point) return;
    if (n > 1 && chain[n - 1].x_m == point.x_m && chain[n - 2].x_m == point.x_m) chain.pop_back();
    chain.push_back(point);
  }
};

std::vector<Edge> edges_of(const Polygon& polygon, std::vector<double>& heights) {
  std::vector<Edge> edges;
  const auto take = [&](const Ring& ring) {
    for (std::size_t k = 0; k < ring.size(); ++k) {
      Point a = ring[k], b = ring[(k + 1) % ring.size()];
      heights.push_back(a.y_m);
      if (a.y_m == b.y_m) continue;
      if (a.y_m > b.y_m) std::swap(a, b);
      edges.push_back({a, b});
    }
  };
  take(polygon.outer);
  for (const Ring& hole : polygon.holes) take(hole);
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.top.y_m < b.top.y_m; });
  std::sort(heights.begin(), heights.end());
  heights.erase(std::unique(heights.begin(), heights.end()), heights.end());
  return edges;
}

/// Sweeps downwards and hands out the pieces that have ended.
class Sweep {
 public:
  explicit Sweep(std::size_t max_points) : max_points_(max_points) {}

  void advance(const std::vector<Interval>& row, double top, double bottom) {
    std::vector<Piece> next(row.size());
    std::vector<bool> continued(open_.size(), false);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (const std::size_t p = only_partner(row, i, top); p < open_.size()) {
        continued[p] = true;
        next[i] = std::move(open_[p]);
      }
      next[i].add(row[i], top, bottom);
    }
    for (std::size_t p = 0; p < open_.size(); ++p) {
      if (!continued[p]) done_.push_back(open_[p].ring());
    }
    open_ = std::move(next);
    above_ = row;
  }
  std::vector<Ring> finish() {
    for (const Piece& piece : open_) done_.push_back(piece.ring());
    return std::move(done_);
  }

 private:
  [[nodiscard]] static bool meet(const Interval& upper, const Interval& lower, double y) {
    return std::max(upper.left->x_at(y), lower.left->x_at(y)) <
           std::min(upper.right->x_at(y), lower.right->x_at(y));
  }
  /// The open piece that interval i goes on, or their number.
  [[nodiscard]] std::size_t only_partner(const std::vector<Interval>& row, std::size_t i,
                                         double y) const {
    const std::size_t none = open_.size();
    std::size_t partner = none;
    // Both rows are sorted: what meets interval i is a run of neighbours.
    const auto first = std::partition_point(above_.begin(), above_.end(), [&](const Interval& a) {
      return a.right->x_at(y) <= row[i].left->x_at(y);
    });
    for (auto a = first; a != above_.end() && a - first < 2; ++a) {
      if (!meet(*a, row[i], y)) break;
      if (partner != none) return none;
      partner = static_cast<std::size_t>(a - above_.begin());
    }
    if (partner == none) return none;
    if (i > 0 && meet(above_[partner], row[i - 1], y)) return none;
    if (i + 1 < row.size() && meet(above_[partner], row[i + 1], y)) return none;
    const Piece& piece = open_[partner];
    return piece.left.size() + piece.right.size() + 4 > max_points_ ? none : partner;
  }

  std::size_t max_points_;
  std::vector<Piece> open_;
  std::vector<Interval> above_;
  std::vector<Ring> done_;
};

}  // namespace

double doubled_area(const Ring& ring) {
  double area = 0.0;
  for (std::size_t k = 0; k < ring.size(); ++k) {
    const Point &a = ring[k], &b = ring[(k + 1) % ring.size()];
    area += (a.x_m - ring[0].x_m) * (b.y_m - ring[0].y_m) -
            (b.x_m - ring[0].x_m) * (a.y_m - ring[0].y_m);
  }
  return area;
}

std::vector<Ring> simple_pieces(const Polygon& polygon, std::size_t max_points) {
  PARFOCAL_CHECK(max_points >= 8U);
  if (polygon.holes.empty() && polygon.outer.size() <= max_points) return {polygon.outer};
  std::vector<double> heights;
  const std::vector<Edge> edges = edges_of(polygon, heights);
  Sweep sweep(max_points);
  std::vector<const Edge*> active;
  std::size_t next = 0;
  for (std::size_t h = 0; h + 1 < heights.size(); ++h) {
    const double top = heights[h], bottom = heights[h + 1], middle = 0.5 * (top + bottom);
    std::erase_if(active, [&](const Edge* edge) { return edge->bottom.y_m <= top; });
    for (; next < edges.size() && edges[next].top.y_m <= top; ++next)
      active.push_back(&edges[next]);
    std::sort(active.begin(), active.end(),
              [&](const Edge* a, const Edge* b) { return a->x_at(middle) < b->x_at(middle); });
    std::vector<Interval> row;
    for (std::size_t k = 0; k + 1 < active.size(); k += 2)
      row.push_back({active[k], active[k + 1]});
    sweep.advance(row, top, bottom);
  }
  return sweep.finish();
}

}  // namespace parfocal::formats
