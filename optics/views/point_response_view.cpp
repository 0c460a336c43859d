// SPDX-License-Identifier: Apache-2.0
#include "optics/views/point_response_view.h"

#include <ATen/TensorOperators.h>

#include <cmath>

#include "optics/views/cut.h"

namespace parfocal::optics {
namespace {

double step_m(const std::vector<double>& planes) {
  return planes.size() > 1
             ? (planes.back() - planes.front()) / static_cast<double>(planes.size() - 1)
             : 0.0;
}

/// Planes at equal distances make a section along z; others only a stack.
bool are_even(const std::vector<double>& planes) {
  const double step = step_m(planes);
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const double expected = planes.front() + static_cast<double>(i) * step;
    if (std::abs(planes[i] - expected) > 1e-6 * std::abs(step)) return false;
  }
  return step > 0.0;
}

void add_section(const at::Tensor& psf, const std::vector<double>& planes, const Grid& grid,
                 Shown& shown) {
  const double step = step_m(planes);
  const Grid along{psf.size(0),  psf.size(2), step, grid.pitch_x_m, -planes.front() / step,
                   grid.origin_x};
  const at::Tensor section = psf.select(1, grid.n_y / 2).contiguous();
  shown.fields.add(plane_field("section", section, along, "1"));
  const at::Tensor peak = psf.amax({1, 2}).unsqueeze(1);
  Grid axis = along;
  axis.n_x = 1;
  axis.origin_x = 0.0;
  shown.curves.push_back(cut_along_y("peak", peak, axis, "peak of the PSF"));
  shown.curves.back().x_label.replace(0, 1, "z");
}

}  // namespace

void PointResponseView::describe(Schema<Params>& s) {
  s.summary("A point-spread function, plane by plane, with a section along z.");
  s.convention("Fraction of the light per pixel, as the psf component counts it.");
  s.component("psf", &Params::psf, "psf").required().doc("Where the PSF comes from.");
}

PointResponseView::PointResponseView(const Params& params, const BuildContext& context)
    : source_(build<PsfSource>(params.psf, context.child("psf"))) {}

Shown PointResponseView::show() const {
  const at::Tensor psf = source_->psf().detach().cpu().to(at::kDouble);
  const std::vector<double> planes = source_->planes_m();
  const Grid grid = source_->grid().value_or(Grid::centred(psf.size(1), psf.size(2), 1.0, 1.0));
  Shown shown;
  Field stack = plane_field("psf", psf[0], grid, "1");
  stack.values = psf.unsqueeze(0);
  if (!source_->grid()) stack.grid.reset();
  if (planes.size() > 1) stack.pitch_z_m = step_m(planes);
  shown.fields.add(std::move(stack));
  if (are_even(planes)) {
    add_section(psf, planes, grid, shown);
  } else {
    shown.curves.push_back(cut_along_x("cut_x", psf[0], grid, "psf"));
  }
  shown.numbers.push_back({"light", psf.sum({1, 2}).max().item<double>(), ""});
  shown.numbers.push_back({"peak", psf.max().item<double>(), ""});
  return shown;
}

}  // namespace parfocal::optics
