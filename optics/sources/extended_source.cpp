// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/extended_source.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>

#include <numbers>

#include "optics/sources/plane_waves.h"

namespace parfocal::optics {
namespace {

using Params = ExtendedSource::Params;

constexpr double kTurn = 2.0 * std::numbers::pi;

void describe_shape(Schema<Params>& s) {
  s.variant("shape", &Params::shape,
            {{"disc", [](Params&) {}},
             {"annulus", [](Params& p) { p.inner_ratio = 0.5; }},
             {"half_disc", [](Params& p) { p.sector = Angle::from_rad(kTurn / 2.0); }},
             {"quadrant", [](Params& p) { p.sector = Angle::from_rad(kTurn / 4.0); }}})
      .doc("annulus sets inner_ratio 0.5, half_disc sector 180 deg, quadrant sector 90 deg.");
  s.key("na", &Params::na)
      .above(0.0)
      .trainable("1")
      .doc("Numerical aperture of the rim; or give angular_radius.");
  s.key("angular_radius", &Params::angular_radius)
      .above(Angle::from_rad(0.0))
      .below(Angle::from_rad(kTurn / 4.0))
      .doc("Angle of the rim from the axis, instead of na; its leaf is in rad.");
  s.key("inner_ratio", &Params::inner_ratio)
      .at_least(0.0)
      .below(1.0)
      .trainable("1")
      .doc("NA of the inner rim as a share of that of the outer one.");
  s.key("sector", &Params::sector)
      .above(Angle::from_rad(0.0))
      .at_most(Angle::from_rad(kTurn))
      .trainable("rad")
      .doc("Angle between the two sides of the sector; 360 deg: all around.");
  s.key("direction", &Params::direction)
      .trainable("rad")
      .doc("Where the light of the middle of the sector travels, from x towards y.");
}

}  // namespace

void ExtendedSource::describe(Schema<Params>& s) {
  s.summary("Koehler illumination by a disc, an annulus or a sector, summed over points (Abbe).");
  s.equation(
      "irradiance = (1 / points) sum_j |exp(i 2 pi s_j r)|^2,  |s_j| <= na / wavelength\n"
      "degree of coherence of the disc: |2 J_1(v) / v|,  v = 2 pi D na / wavelength");
  s.citation("H. H. Hopkins, Proc. R. Soc. A 217, 408 (1953)");
  s.citation("H. Vogel, Math. Biosciences 44, 179 (1979) (points of equal area)");
  s.convention("The source is described by the directions in which its light travels.");
  s.gradient("exact");
  describe_spectrum(s);
  describe_shape(s);
  s.key("points", &Params::points)
      .at_least(1)
      .at_most(100000)
      .doc("Points of the source, all of equal weight.");
  s.check([](const Params& p) -> std::string {
    if (p.na.has_value() != p.angular_radius.has_value()) return "";
    return std::string("expected exactly one of na and angular_radius; got ") +
           (p.na ? "both" : "none");
  });
}

ExtendedSource::ExtendedSource(const Params& params, const BuildContext& context)
    : path_(context.path),
      count_(params.points),
      spectrum_(context, params.wavelength, params.spectrum),
      inner_ratio_(context, "inner_ratio", params.inner_ratio,
                   LeafUnit{"1", 1.0, {0.0, 1.0, false, true}}),
      sector_(context, "sector", params.sector.rad(), LeafUnit{"rad", 1.0, {0.0, kTurn, true}}),
      direction_(context, "direction", params.direction.rad(), LeafUnit{"rad"}) {
  if (params.na) na_ = Trainable(context, "na", *params.na, LeafUnit{"1", 1.0, Bounds::above(0.0)});
  if (params.angular_radius) {
    angular_radius_ = Trainable(context, "angular_radius", params.angular_radius->rad(),
                                LeafUnit{"rad", 1.0, {0.0, kTurn / 4.0, true, true}});
  }
}

at::Tensor ExtendedSource::points() const {
  const at::Tensor j = at::arange(0, count_, at::kDouble);
  const at::Tensor area = (j + 0.5) / static_cast<double>(count_);
  const at::Tensor inner = inner_ratio_.si().cpu().square();
  const at::Tensor radius = (inner + (1.0 - inner) * area).sqrt();
  const at::Tensor share = (j / std::numbers::phi + 0.5).frac() - 0.5;
  const at::Tensor azimuth = direction_.si().cpu() + sector_.si().cpu() * share;
  return at::stack({radius * azimuth.sin(), radius * azimuth.cos()}, 1);
}

Illumination ExtendedSource::illuminate(const Beam& beam) const {
  const bool by_na = na_.defined();
  const at::Tensor sine =
      by_na ? na_.si().cpu() / beam.index_medium : angular_radius_.si().cpu().sin();
  const std::string key = path_ + (by_na ? ".na" : ".angular_radius");
  check_sine(key, sine.item<double>());
  const double weight = 1.0 / static_cast<double>(count_);
  return {plane_waves(key, points() * sine, beam), at::full({count_}, weight, at::kDouble)};
}

}  // namespace parfocal::optics
