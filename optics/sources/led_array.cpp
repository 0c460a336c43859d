// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/led_array.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>

#include "optics/sources/plane_waves.h"
#include "optics/sources/spherical_wave.h"

namespace parfocal::optics {
namespace {

constexpr LeafUnit kMillimetre{"mm", 1e-3};

std::vector<LedPlace> all_places(const LedArray::Params& p) {
  if (p.grid) return places_of(*p.grid);
  if (p.rings) return places_of(*p.rings);
  std::vector<LedPlace> places;
  for (const auto& position : *p.positions) places.push_back({position[0].m(), position[1].m()});
  return places;
}

std::vector<LedPlace> lit_places(const LedArray::Params& p) {
  const LedSelection selection{p.lit, p.na, p.azimuth};
  const std::vector<LedPlace> places = all_places(p);
  std::vector<LedPlace> lit;
  for (std::size_t q = 0; q < places.size(); ++q) {
    const LedPlace place = posed(places[q], p.rotation, p.offset);
    if (selection.contains(static_cast<std::int64_t>(q), place, p.height.m())) {
      lit.push_back(places[q]);
    }
  }
  return lit;
}

std::string wrong_index(const std::vector<std::int64_t>& lit, std::size_t count) {
  for (const std::int64_t q : lit) {
    if (q >= 0 && q < static_cast<std::int64_t>(count)) continue;
    return fmt::format("lit: LED {} is not among the {} LEDs, which count from 0", q, count);
  }
  return "";
}

/// What is wrong with the selection, or nothing.
std::string wrong_selection(const LedArray::Params& p) {
  const std::size_t count = all_places(p).size();
  if (p.lit) {
    std::string wrong = wrong_index(*p.lit, count);
    if (!wrong.empty()) return wrong;
  }
  const std::size_t lit = lit_places(p).size();
  if (lit == 0) {
    return fmt::format("lit, na and azimuth: select none of the {} LEDs; widen the selection",
                       count);
  }
  if (p.brightness && p.brightness->size() != lit) {
    return fmt::format("brightness: expected {} values, one for each lit LED; got {}", lit,
                       p.brightness->size());
  }
  return "";
}

at::Tensor board_m(const LedArray::Params& p) {
  std::vector<double> values;
  for (const LedPlace& place : lit_places(p)) {
    values.push_back(place.y_m);
    values.push_back(place.x_m);
  }
  return at::tensor(values, at::kDouble).reshape({-1, 2});
}

at::Tensor brightness_of(const LedArray::Params& p) {
  if (p.brightness) return at::tensor(*p.brightness, at::kDouble);
  return at::ones({static_cast<std::int64_t>(lit_places(p).size())}, at::kDouble);
}

void describe_selection(Schema<LedArray::Params>& s) {
  using Params = LedArray::Params;
  s.key("lit", &Params::lit)
      .at_least(0)
      .doc("Numbers of the LEDs that may be lit, from 0 in the order of the layout; absent: all.");
  s.key("na", &Params::na)
      .at_least(0.0)
      .at_most(1.0)
      .doc("Lights those whose sine of the angle from the axis is in [from, to].");
  s.key("azimuth", &Params::azimuth)
      .doc(
          "Lights those between two angles, from x towards y, the second excluded: a half disc is "
          "[-90 deg, 90 deg].");
  s.key("brightness", &Params::brightness)
      .at_least(0.0)
      .trainable("1")
      .doc("Of each lit LED, its irradiance on the axis; 1 if absent.");
}

}  // namespace

void LedArray::describe(Schema<Params>& s) {
  s.summary("LEDs on a board, each lighting the plane incoherently with the others.");
  s.equation(
      "irradiance = sum_q brightness_q |U_q|^2,  U_q = exp(i 2 pi (s_y y + s_x x))\n"
      "s = -(index_medium / wavelength) (Y_q, X_q) / sqrt(X_q^2 + Y_q^2 + height^2)");
  s.citation("G. Zheng, R. Horstmeyer and C. Yang, Nature Photonics 7, 739 (2013)");
  s.citation("L. Tian and L. Waller, Opt. Express 23, 11394 (2015)");
  s.convention("An LED at +x lights towards -x; positions are turned by rotation, then moved.");
  s.gradient("exact");
  describe_spectrum(s);
  s.key("height", &Params::height)
      .required()
      .above(Length::from_m(0.0))
      .trainable("mm")
      .doc("From the board to the first plane.");
  s.block("grid", &Params::grid).doc("LEDs on a rectangular grid, row by row.");
  s.block("rings", &Params::rings).doc("LEDs on rings, from the inside out.");
  s.key("positions", &Params::positions)
      .trainable("mm")
      .doc("LEDs one by one, [y, x] each; the leaf holds those of the lit LEDs of any layout.");
  s.key("rotation", &Params::rotation)
      .trainable("rad")
      .doc("Of the board about the axis, from x towards y.");
  s.key("offset", &Params::offset).trainable("mm").doc("Of the board, [y, x].");
  describe_selection(s);
  s.choice("wave", &Params::wave, {{"plane", Wave::kPlane}, {"spherical", Wave::kSpherical}})
      .doc("plane: as from far away; spherical: exact at the given height.");
  s.check([](const Params& p) -> std::string {
    const int layouts =
        int(p.grid.has_value()) + int(p.rings.has_value()) + int(p.positions.has_value());
    if (layouts != 1) {
      return fmt::format("expected exactly one of grid, rings and positions; got {}", layouts);
    }
    return wrong_selection(p);
  });
}

LedArray::LedArray(const Params& params, const BuildContext& context)
    : path_(context.path),
      wave_(params.wave),
      spectrum_(context, params.wavelength, params.spectrum),
      positions_(context, "positions", board_m(params), at::kDouble, kMillimetre),
      brightness_(context, "brightness", brightness_of(params), at::kDouble,
                  LeafUnit{"1", 1.0, Bounds::at_least(0.0)}),
      height_(context, "height", params.height, LeafUnit{"mm", 1e-3, Bounds::above(0.0)}),
      rotation_(context, "rotation", params.rotation, LeafUnit{"rad"}),
      offset_(context, "offset",
              at::tensor({params.offset[0].m(), params.offset[1].m()}, at::kDouble), at::kDouble,
              kMillimetre) {}

at::Tensor LedArray::places_m() const {
  const at::Tensor board = positions_.si().cpu();
  const at::Tensor angle = rotation_.si().cpu();
  const at::Tensor y = board.select(1, 0), x = board.select(1, 1);
  const at::Tensor turned =
      at::stack({angle.cos() * y + angle.sin() * x, angle.cos() * x - angle.sin() * y}, 1);
  return turned + offset_.si().cpu();
}

Illumination LedArray::illuminate(const Beam& beam) const {
  const at::Tensor places = places_m();
  const at::Tensor height_m = height_.si().cpu();
  const at::Tensor brightness = brightness_.si().cpu();
  if (wave_ == Wave::kPlane) {
    const at::Tensor range = (places.square().sum(1, true) + height_m.square()).sqrt();
    return {plane_waves(path_ + ".positions", -places / range, beam), brightness};
  }
  std::vector<at::Tensor> waves;
  for (std::int64_t q = 0; q < places.size(0); ++q) {
    waves.push_back(spherical_wave(path_, places[q], height_m, beam));
  }
  return {at::stack(waves), brightness};
}

}  // namespace parfocal::optics
