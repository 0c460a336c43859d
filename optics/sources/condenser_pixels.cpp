// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/condenser_pixels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <fmt/format.h>

#include "core/tensor/random.h"
#include "optics/pupils/object_pupil.h"
#include "optics/sources/condenser_sectors.h"

namespace parfocal::optics {
namespace {

/// Sines of the middles of n pixels across 2 na.
at::Tensor pixel_sines(std::int64_t n, double na) {
  return ((at::arange(n, at::kDouble) + 0.5) * (2.0 / static_cast<double>(n)) - 1.0) * na;
}

at::Tensor start_brightness(const CondenserPixels::Params& p, const BuildContext& context) {
  CondenserSectors::Params sectors;
  sectors.na = 2.0 * p.na;  // The corners of the board as well.
  sectors.directions = p.directions;
  const at::Tensor half_discs =
      CondenserSectors(sectors, context)
          .patterns(pixel_sines(p.size[0], p.na), pixel_sines(p.size[1], p.na), 1.0);
  RandomStream random(context.seed, "condenser");
  const at::Tensor u = random.uniform(half_discs.sizes());
  return (half_discs - 0.5) * p.contrast + (u - 0.5) * p.noise + 0.5;
}

/// The pixel in which each frequency lies.
at::Tensor pixel_of(const at::Tensor& s, double limit, std::int64_t n) {
  return ((s / limit + 1.0) * (0.5 * static_cast<double>(n)))
      .floor()
      .clamp(0.0, static_cast<double>(n - 1))
      .to(at::kLong);
}

}  // namespace

void CondenserPixels::describe(Schema<Params>& s) {
  s.summary("Free patterns of a pixelated source in the condenser, one for each exposure.");
  s.equation("S_j(s) = brightness_j[pixel of lambda s / na],  lambda |s| <= na");
  s.citation(
      "Z. F. Phillips, M. Chen, L. Waller, Single-shot quantitative phase microscopy with "
      "color-multiplexed differential phase contrast, PLoS ONE 12, e0171228 (2017)");
  s.convention("Rows along s_y, columns along s_x, the direction in which the light travels.");
  s.gradient("exact");
  s.key("na", &Params::na).required().above(0.0).doc("Sine of the largest angle of the light.");
  s.key("size", &Params::size)
      .required()
      .at_least(1)
      .at_most(4096)
      .doc("Pixels across the disc, [y, x].");
  s.key("directions", &Params::directions)
      .required()
      .doc("Of the half discs at the start; one exposure each.");
  s.key("contrast", &Params::contrast)
      .at_least(0.0)
      .at_most(1.0)
      .doc("Of the half discs at the start.");
  s.key("noise", &Params::noise)
      .at_least(0.0)
      .at_most(1.0)
      .trainable("1")
      .doc(
          "Width of the random part of the start, of the run's seed. The leaf is PATH.brightness.");
  s.check([](const Params& p) -> std::string {
    if (p.directions.empty()) return "directions: expected one or more";
    return p.contrast + p.noise <= 1.0 ? ""
                                       : fmt::format(
                                             "contrast + noise = {}: expected at most 1, "
                                             "so that the start lies between 0 and 1",
                                             p.contrast + p.noise);
  });
}

CondenserPixels::CondenserPixels(const Params& params, const BuildContext& context)
    : params_(params),
      brightness_(context, "brightness", start_brightness(params, context), context.dtype,
                  LeafUnit{"1", 1.0, {.lower = 0.0, .upper = 1.0}}) {}

at::Tensor CondenserPixels::patterns(const at::Tensor& s_y, const at::Tensor& s_x,
                                     double wavelength_m) const {
  const double limit = params_.na / wavelength_m;
  const at::Tensor rows = pixel_of(s_y, limit, params_.size[0]);
  const at::Tensor columns = pixel_of(s_x, limit, params_.size[1]);
  const at::Tensor board = brightness_.si().cpu();
  return board.index_select(1, rows).index_select(2, columns) * frequency_disc(s_y, s_x, limit);
}

}  // namespace parfocal::optics
