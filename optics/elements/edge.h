// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "core/operators/component.h"
#include "core/tensor/grid.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// How an opening ends on the samples of a field.
enum class Edge { kSharp, kSmooth };

/// One edge of an opening, at every sample.
struct Boundary {
  at::Tensor inside_m;  ///< Distance to the edge, positive in the opening.
  at::Tensor normal_y;  ///< Unit normal of the edge.
  at::Tensor normal_x;
};

/// Share of each sample that is open, for the straight edge through it:
///
///   sharp:   1 where d >= 0, else 0
///   smooth:  (R(d + (a + b)/2) - R(d + (a - b)/2) - R(d - (a - b)/2) + R(d - (a + b)/2)) / (a b)
///            R(u) = max(u, 0)^2 / 2,  a = p_y |n_y|,  b = p_x |n_x|,  n the normal of the edge
///
/// Convention: smooth is the covered area of the rectangle of one sample, the mean of the field
///             over it; |n| is rounded off at 0.01 and keeps 1, so that the gradient has no jumps.
/// Layout:     [n_y, n_x]; 1 open, 0 opaque.
/// Precision:  float64.
/// Invariants: smooth is differentiable in distance and normal.
/// Tested by:  tests/optics/elements/edge_test.cpp.
[[nodiscard]] at::Tensor opening(const Boundary& boundary, const Grid& grid, Edge edge);

/// The rim of a disc: d = diameter / 2 - |r - centre|; `centre_m` holds [y, x].
[[nodiscard]] Boundary rim_of_disc(const Grid& grid, const at::Tensor& diameter_m,
                                   const at::Tensor& centre_m);

/// A strip with its axis through `centre_m`, across the unit vector (across_y, across_x).
[[nodiscard]] at::Tensor strip(const Grid& grid, const at::Tensor& across_y,
                               const at::Tensor& across_x, const at::Tensor& centre_m,
                               const at::Tensor& width_m, Edge edge);

/// The intersection of the half planes left of the sides of a convex polygon, vertices [n, 2] in
/// the order y towards x. Smooth: the product over the sides, exact within one side.
[[nodiscard]] at::Tensor polygon(const Grid& grid, const at::Tensor& vertices_m, Edge edge);

/// \throws UsageError if a leaf of a sharp edge is trained.
void check_edge_is_trainable(Edge edge, const std::string& path, const std::string& key,
                             const Trainable& leaf);

/// \throws SamplingError if an opening with smooth edges is narrower than two samples.
void check_opening_is_resolved(Edge edge, const std::string& path, const std::string& key,
                               double size_m, const Grid& grid);

template <class P>
void describe_edge(Schema<P>& s, Edge P::*member) {
  s.choice("edge", member, {{"sharp", Edge::kSharp}, {"smooth", Edge::kSmooth}})
      .doc(
          "sharp: decided at the centre of each sample. smooth: the open share of each sample, "
          "which can be trained.");
}

}  // namespace parfocal::optics
