// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/control_grid.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/matmul.h>

#include "core/tensor/random.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

at::Tensor start_of(const ControlGrid::Params& params, const BuildContext& context) {
  RandomStream random(context.seed, "control_grid " + context.path);
  return random.normal({params.size[0], params.size[1]}) * params.start_rms.rad();
}

/// Positions of the samples of one axis among `points` control points.
at::Tensor positions(const at::Tensor& coordinates_m, std::int64_t points,
                     const std::optional<Length>& diameter) {
  const std::int64_t n = coordinates_m.size(0);
  const auto cells = static_cast<double>(points);
  const at::Tensor share = diameter ? coordinates_m / diameter->m() + 0.5
                                    : (at::arange(n, at::kDouble) + 0.5) / static_cast<double>(n);
  return share * cells - 0.5;
}

}  // namespace

void ControlGrid::describe(Schema<Params>& s) {
  s.summary("A smooth surface of a phase mask through a few control points.");
  s.equation("phase = sum_ab W(p_y - a) W(p_x - b) c_ab,  p = (y / extent + 1/2) size - 1/2");
  s.citation("R. G. Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1153, 1981, eq. 15");
  s.convention("A control point in the middle of each cell, none on a corner.");
  s.gradient("exact");
  s.key("size", &Params::size).at_least(1).doc("Control points, [y, x].");
  s.choice("interpolation", &Params::interpolation,
           {{"bilinear", Interpolation::kBilinear}, {"bicubic", Interpolation::kBicubic}})
      .doc("Weights W between the points.");
  s.key("diameter", &Params::diameter)
      .above(Length::from_m(0.0))
      .doc("Side of the square that the points cover; that of the field if absent.");
  s.key("start_rms", &Params::start_rms)
      .at_least(Angle::from_rad(0.0))
      .trainable("rad")
      .doc("Standard deviation of the random start, from the run seed. The leaf is PATH.phase.");
}

ControlGrid::ControlGrid(const Params& params, const BuildContext& context)
    : interpolation_(params.interpolation),
      diameter_(params.diameter),
      phase_(context, "phase", start_of(params, context), at::kDouble, LeafUnit{"rad"}) {}

at::Tensor ControlGrid::height_m(const Grid& grid, const SurfaceScale& scale) const {
  const at::Tensor points = phase_.si() * scale.m_per_rad();
  const at::Tensor rows = interpolation_weights(
      positions(y_coordinates_m(grid), points.size(0), diameter_), points.size(0), interpolation_);
  const at::Tensor columns = interpolation_weights(
      positions(x_coordinates_m(grid), points.size(1), diameter_), points.size(1), interpolation_);
  const at::Device device = points.device();
  return at::matmul(at::matmul(rows.to(device), points), columns.to(device).t());
}

}  // namespace parfocal::optics
