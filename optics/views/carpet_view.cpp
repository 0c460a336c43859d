// SPDX-License-Identifier: Apache-2.0
#include "optics/views/carpet_view.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>

#include <cmath>

#include "optics/propagation/angular_spectrum.h"
#include "optics/views/cut.h"
#include "optics/views/intensity_view.h"

namespace parfocal::optics {

void CarpetView::describe(Schema<Params>& s) {
  s.summary("The light behind the hardware along z: a cut through the axis in many planes.");
  s.equation("carpet(z, x) = irradiance at (x, y = 0) at the distance z behind the last element");
  s.convention("Relative to a plane wave of amplitude 1; z downwards.");
  s.key("from", &Params::from).doc("First distance behind the last element.");
  s.key("to", &Params::to).required().doc("Last distance behind the last element.");
  s.key("planes", &Params::planes).at_least(2).at_most(100000).doc("Planes, both ends included.");
  s.choice("axis", &Params::axis, {{"x", Axis::kX}, {"y", Axis::kY}}).doc("Axis of the cut.");
  s.key("padding", &Params::padding)
      .at_least(1)
      .at_most(16)
      .doc("Zeros around the field to at least this many times its size; 1: a periodic field.");
  s.check([](const Params& p) -> std::string {
    return p.from < p.to ? "" : "from: expected a distance below to";
  });
}

CarpetView::CarpetView(const Params& params, const BuildContext& context)
    : params_(params), train_(context, light_plane(context)) {}

at::Tensor CarpetView::line(const std::vector<Wave>& waves, double z_m) const {
  std::vector<Wave> there = waves;
  AngularSpectrumOptions options;
  options.padding = params_.padding;
  options.periodic = params_.padding == 1;
  for (Wave& wave : there) {
    const at::Tensor distance = at::scalar_tensor(z_m, at::kDouble).to(wave.fields.device());
    wave.fields = AngularSpectrumOperator(wave.beam, distance, options, wave.fields.scalar_type())
                      .forward(wave.fields);
  }
  const Grid& grid = waves.front().beam.grid;
  const at::Tensor irradiance = train_.irradiance(there).detach().cpu();
  return params_.axis == Axis::kX ? irradiance[std::lround(grid.origin_y)]
                                  : irradiance.select(1, std::lround(grid.origin_x));
}

Shown CarpetView::show() const {
  const std::vector<Wave> waves = train_.waves();
  const Grid& grid = waves.front().beam.grid;
  const double step_m =
      (params_.to.m() - params_.from.m()) / static_cast<double>(params_.planes - 1);
  std::vector<at::Tensor> lines;
  for (std::int64_t i = 0; i < params_.planes; ++i) {
    lines.push_back(line(waves, params_.from.m() + static_cast<double>(i) * step_m));
  }
  const at::Tensor carpet = at::stack(lines);
  const bool along_x = params_.axis == Axis::kX;
  Grid plane{params_.planes,
             along_x ? grid.n_x : grid.n_y,
             step_m,
             along_x ? grid.pitch_x_m : grid.pitch_y_m,
             -params_.from.m() / step_m,
             along_x ? grid.origin_x : grid.origin_y};
  Shown shown;
  shown.notes = train_.decisions();
  shown.numbers.push_back({"peak", carpet.max().item<double>(), ""});
  shown.fields.add(plane_field("carpet", carpet, plane, "1"));
  shown.curves.push_back(cut_along_y("on_axis", carpet, plane, "irradiance on the axis"));
  shown.curves.back().x_label.replace(0, 1, "z");
  return shown;
}

}  // namespace parfocal::optics
