// SPDX-License-Identifier: Apache-2.0
#include "optics/views/intensity_view.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>

#include "core/error.h"
#include "optics/views/cut.h"

namespace parfocal::optics {

Grid light_plane(const BuildContext& context) {
  if (context.sensor) return *context.sensor;
  throw UsageError(context.path +
                   ": needs the samples of the light; add a block light: {size: [n_y, n_x], pitch: "
                   "[y, x]}");
}

void IntensityView::describe(Schema<Params>& s) {
  s.summary("The light in a plane of the hardware: irradiance, and the phase of the first wave.");
  s.equation("irradiance = sum over colors and modes of  weight |U|^2");
  s.convention("Relative to a plane wave of amplitude 1 before the first element.");
  s.key("after", &Params::after).doc("Name of the element in `optics`; the last if absent.");
  s.choice("cut", &Params::cut,
           {{"none", Cut::kNone}, {"x", Cut::kX}, {"y", Cut::kY}, {"both", Cut::kBoth}})
      .doc("Profiles through the optical axis.");
  s.key("phase", &Params::phase).doc("Show the phase of the first wave as well.");
}

IntensityView::IntensityView(const Params& params, const BuildContext& context)
    : params_(params), first_plane_(light_plane(context)), train_(context, first_plane_) {
  if (params_.after) static_cast<void>(train_.placed(*params_.after));
}

Shown IntensityView::show() const {
  const std::vector<Wave> waves =
      params_.after ? train_.waves_after(*params_.after) : train_.waves();
  const Grid& grid = waves.front().beam.grid;
  const at::Tensor irradiance = train_.irradiance(waves).detach().cpu();
  Shown shown;
  shown.notes = train_.decisions();
  shown.fields.add(plane_field("irradiance", irradiance, grid, "1"));
  if (params_.phase) {
    const at::Tensor phase = at::angle(waves.front().fields[0]).detach().cpu();
    shown.fields.add(plane_field("phase", phase, grid, "rad"));
  }
  if (params_.cut == Cut::kX || params_.cut == Cut::kBoth) {
    shown.curves.push_back(cut_along_x("cut_x", irradiance, grid, "irradiance"));
  }
  if (params_.cut == Cut::kY || params_.cut == Cut::kBoth) {
    shown.curves.push_back(cut_along_y("cut_y", irradiance, grid, "irradiance"));
  }
  const double area = grid.pitch_y_m * grid.pitch_x_m;
  const double plane = static_cast<double>(first_plane_.n_y * first_plane_.n_x) *
                       first_plane_.pitch_y_m * first_plane_.pitch_x_m;
  shown.numbers.push_back({"power", irradiance.sum().item<double>() * area / plane, ""});
  shown.numbers.push_back({"peak", irradiance.max().item<double>(), ""});
  return shown;
}

}  // namespace parfocal::optics
