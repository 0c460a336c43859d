// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/smoothness.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {
namespace {
constexpr double kMicrometre = 1e-6;

/// Its own padding: that of LibTorch has no deterministic gradient on CUDA.
at::Tensor edges_repeated(const at::Tensor& map, std::int64_t axis) {
  return at::cat({map.narrow(axis, 0, 1), map, map.narrow(axis, -1, 1)}, axis);
}

at::Tensor three_sum(const at::Tensor& padded, std::int64_t axis) {
  const std::int64_t n = padded.size(axis) - 2;
  return padded.narrow(axis, 0, n) + padded.narrow(axis, 1, n) + padded.narrow(axis, 2, n);
}
}  // namespace

at::Tensor eight_neighbour_laplacian(const at::Tensor& height) {
  const at::Tensor padded = edges_repeated(edges_repeated(height, 0), 1);
  return three_sum(three_sum(padded, 0), 1) - height * 9.0;
}

void Smoothness::describe(Schema<Params>& s) {
  s.summary("A preference for smooth reliefs: the second difference of the heights, averaged.");
  s.equation(
      "L h = sum of the 8 neighbors - 8 h\n"
      "penalty: mean |L h| or mean (L h)^2, heights in um");
  s.citation("V. Sitzmann et al., ACM Trans. Graph. 37, 114, 2018");
  s.convention("Outside the map its edge pixels are repeated. Nothing in it can be trained.");
  s.gradient("exact");
  s.choice("order", &Params::order, {{"absolute", Order::kAbsolute}, {"square", Order::kSquare}})
      .doc("What is averaged: the modulus or the square.");
}

Smoothness::Smoothness(const Params& params, const BuildContext&) : order_(params.order) {}

at::Tensor Smoothness::penalty(const at::Tensor& height, const Grid& grid) const {
  check_heights("smoothness", height, grid);
  const at::Tensor curvature = eight_neighbour_laplacian(height / kMicrometre);
  return order_ == Order::kAbsolute ? curvature.abs().mean() : curvature.square().mean();
}

}  // namespace parfocal::optics
