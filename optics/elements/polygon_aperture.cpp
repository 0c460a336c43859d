// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/polygon_aperture.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>

#include <numbers>

namespace parfocal::optics {
namespace {

using Vertices = std::vector<std::array<Length, 2>>;

/// Twice the area of the triangle a b c, positive where the turn goes from y towards x.
double turn_m2(const std::array<Length, 2>& a, const std::array<Length, 2>& b,
               const std::array<Length, 2>& c) {
  return (b[1] - a[1]).m() * (c[0] - b[0]).m() - (b[0] - a[0]).m() * (c[1] - b[1]).m();
}

/// Every corner turns the same way; a star that winds twice has too large a sum of turns, which
/// shows as a vertex on the wrong side of some side.
bool is_convex(const Vertices& v, double sense) {
  for (std::size_t i = 0; i < v.size(); ++i) {
    const std::size_t next = (i + 1) % v.size();
    for (std::size_t other = 0; other < v.size(); ++other) {
      if (other == i || other == next) continue;
      if (!(sense * turn_m2(v[i], v[next], v[other]) > 0.0)) return false;
    }
  }
  return true;
}

std::string mistake_in(const PolygonAperture::Params& p) {
  const bool regular = p.sides.has_value() || p.diameter.has_value();
  if (regular != p.vertices.empty()) return "expected either sides and diameter, or vertices";
  if (regular && !(p.sides && p.diameter)) return "expected both sides and diameter";
  if (regular) return "";
  if (p.vertices.size() < 3) return "vertices: expected at least three";
  if (is_convex(p.vertices, 1.0) || is_convex(p.vertices, -1.0)) return "";
  return "vertices: expected the corners of a convex polygon in order";
}

Trainable vertices_leaf(const BuildContext& context, const Vertices& vertices) {
  const bool reversed = !is_convex(vertices, 1.0);
  std::vector<at::Tensor> rows;
  for (std::size_t i = 0; i < vertices.size(); ++i) {
    const auto& v = vertices[reversed ? vertices.size() - 1 - i : i];
    rows.push_back(at::stack(
        {at::scalar_tensor(v[0].m(), at::kDouble), at::scalar_tensor(v[1].m(), at::kDouble)}));
  }
  return {context, "vertices", at::stack(rows), at::kDouble, LeafUnit{"um", 1e-6}};
}

}  // namespace

void PolygonAperture::describe(Schema<Params>& s) {
  s.summary("A stop in the form of a convex polygon, regular or by its vertices.");
  s.equation("vertex_j = centre + diameter / 2 (sin(angle + 2 pi j / n), cos(angle + 2 pi j / n))");
  s.convention("[y, x]; the angle turns from x towards y.");
  s.gradient("exact");
  s.key("sides", &Params::sides).at_least(3).doc("Of the regular polygon.");
  s.key("diameter", &Params::diameter)
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Of the circle through the vertices.");
  s.key("angle", &Params::angle).trainable("rad").doc("Of the first vertex.");
  s.key("vertices", &Params::vertices)
      .doc("Instead of sides and diameter: [[y, x], ...], convex; the leaf PATH.vertices in um.");
  s.key("centre", &Params::centre).trainable("um").doc("From the optical axis, [y, x].");
  describe_edge(s, &Params::edge);
  s.check(mistake_in);
}

PolygonAperture::PolygonAperture(const Params& params, const BuildContext& context)
    : path_(context.path),
      edge_(params.edge),
      centre_(context, "centre", params.centre, LeafUnit{"um", 1e-6}) {
  if (!params.vertices.empty()) {
    vertices_ = vertices_leaf(context, params.vertices);
    return;
  }
  sides_ = params.sides.value();
  diameter_ = Trainable(context, "diameter", params.diameter.value(),
                        LeafUnit{"um", 1e-6, Bounds::above(0.0)});
  angle_ = Trainable(context, "angle", params.angle, LeafUnit{"rad", 1.0});
}

at::Tensor PolygonAperture::vertices_m() const {
  if (vertices_.defined()) return vertices_.si() + centre_.si();
  const double step = 2.0 * std::numbers::pi / static_cast<double>(sides_);
  const at::Tensor angle =
      angle_.si() + at::arange(sides_, at::kDouble).to(angle_.leaf().device()) * step;
  return at::stack({angle.sin(), angle.cos()}, 1) * (diameter_.si() * 0.5) + centre_.si();
}

void PolygonAperture::check_edge() const {
  check_edge_is_trainable(edge_, path_, "centre", centre_);
  if (vertices_.defined()) return check_edge_is_trainable(edge_, path_, "vertices", vertices_);
  check_edge_is_trainable(edge_, path_, "diameter", diameter_);
  check_edge_is_trainable(edge_, path_, "angle", angle_);
}

at::Tensor PolygonAperture::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("polygon_aperture", field, beam);
  check_edge();
  const at::Tensor open = polygon(beam.grid, vertices_m().to(field.device()), edge_);
  return field * open.to(at::toRealValueType(field.scalar_type()));
}

}  // namespace parfocal::optics
