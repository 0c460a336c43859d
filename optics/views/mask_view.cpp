// SPDX-License-Identifier: Apache-2.0
#include "optics/views/mask_view.h"

#include <ATen/TensorOperators.h>

#include "core/error.h"
#include "optics/elements/phase_mask.h"
#include "optics/fabrication/level_polygons.h"
#include "optics/fabrication/slm_frame.h"
#include "optics/views/intensity_view.h"

namespace parfocal::optics {
namespace {

bool is_power_of_two(std::int64_t n) { return n > 0 && (n & (n - 1)) == 0; }

void add_drawings(const PhaseMask& mask, const at::Tensor& height, const Grid& grid, Shown& shown) {
  const std::int64_t levels = *mask.levels();
  const double step_m = mask.scale().m_per_wave() / static_cast<double>(levels);
  std::vector<double> heights;
  for (std::int64_t i = 0; i < levels; ++i) heights.push_back(static_cast<double>(i) * step_m);
  shown.drawings.push_back({"levels", level_polygons(height, grid, heights)});
  if (is_power_of_two(levels)) {
    shown.drawings.push_back({"etch_masks", etch_masks(height, grid, step_m)});
  }
  shown.numbers.push_back({"levels", static_cast<double>(levels), ""});
}

}  // namespace

void MaskView::describe(Schema<Params>& s) {
  s.summary("A phase mask as it is made: heights, outlines of its levels, frame of a modulator.");
  s.citation("G. J. Swanson, Binary optics technology, MIT Lincoln Laboratory TR-854, 1989");
  s.convention("Heights in metres; outlines as DXF in millimetres and GDSII at 1 nm.");
  s.key("element", &Params::element).required().doc("Name of the phase mask in `optics`.");
  s.key("frame", &Params::frame).doc("Write the 8-bit frame of a modulator, 256 levels a wave.");
}

MaskView::MaskView(const Params& params, const BuildContext& context)
    : params_(params),
      train_(context, light_plane(context), OpticalTrain::Light::kOptional),
      placed_(train_.placed(params.element)) {
  mask_ = dynamic_cast<const PhaseMask*>(placed_.element.get());
  if (mask_ == nullptr) {
    throw UsageError(context.path + ".element = " + params_.element +
                     ": is no phase_mask; only that has heights to show");
  }
  if (params_.frame && mask_->scale().design_wavelength_m == 0.0) {
    throw UsageError(context.path + ".frame: a phase needs the design_wavelength of the mask");
  }
}

Shown MaskView::show() const {
  const Grid& grid = placed_.beam.grid;
  const at::Tensor height = mask_->height_m(grid).detach().cpu().contiguous();
  Shown shown;
  shown.fields.add(plane_field("height", height, grid, "m"));
  shown.arrays.push_back({"height", height});
  shown.numbers.push_back({"lowest", height.min().item<double>(), "m"});
  shown.numbers.push_back({"highest", height.max().item<double>(), "m"});
  if (mask_->levels()) {
    add_drawings(*mask_, height, grid, shown);
  } else {
    shown.notes.emplace_back("no outlines: the mask has no levels");
  }
  if (params_.frame) {
    shown.arrays.push_back({"frame", slm_frame(height / mask_->scale().m_per_rad())});
  }
  return shown;
}

}  // namespace parfocal::optics
