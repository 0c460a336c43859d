// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/led_layout.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parfocal::optics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr double kRounding = 1e-9;

/// Whether `angle` lies in [from, to), all in rad and up to whole turns.
bool in_sector(double angle, double from, double to) {
  const double past = std::fmod(std::fmod(angle - from + kRounding, kTurn) + kTurn, kTurn);
  return past < to - from;
}

}  // namespace

void LedGrid::describe(Schema<LedGrid>& s) {
  s.summary("A rectangular grid; LED floor(n / 2) of each axis is in the centre.");
  s.key("size", &LedGrid::size).required().at_least(1).at_most(1000).doc("LEDs, [y, x].");
  s.key("pitch", &LedGrid::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("From LED to LED, [y, x].");
}

void LedRings::describe(Schema<LedRings>& s) {
  s.summary("Rings around the centre; the first LED of each lies along x, the next towards y.");
  s.key("counts", &LedRings::counts)
      .required()
      .at_least(0)
      .at_most(100000)
      .doc("LEDs on each ring; the first ring is the centre.");
  s.key("spacing", &LedRings::spacing)
      .required()
      .above(Length::from_m(0.0))
      .doc("From ring to ring.");
}

std::vector<LedPlace> places_of(const LedGrid& grid) {
  std::vector<LedPlace> places;
  for (std::int64_t i = 0; i < grid.size[0]; ++i) {
    for (std::int64_t j = 0; j < grid.size[1]; ++j) {
      places.push_back({static_cast<double>(i - grid.size[0] / 2) * grid.pitch[0].m(),
                        static_cast<double>(j - grid.size[1] / 2) * grid.pitch[1].m()});
    }
  }
  return places;
}

std::vector<LedPlace> places_of(const LedRings& rings) {
  std::vector<LedPlace> places;
  for (std::size_t ring = 0; ring < rings.counts.size(); ++ring) {
    const double radius_m = static_cast<double>(ring) * rings.spacing.m();
    for (std::int64_t q = 0; q < rings.counts[ring]; ++q) {
      const double angle = kTurn * static_cast<double>(q) / static_cast<double>(rings.counts[ring]);
      places.push_back({radius_m * std::sin(angle), radius_m * std::cos(angle)});
    }
  }
  return places;
}

LedPlace posed(const LedPlace& place, Angle rotation, const std::array<Length, 2>& offset) {
  const double c = std::cos(rotation.rad()), s = std::sin(rotation.rad());
  return {c * place.y_m + s * place.x_m + offset[0].m(),
          c * place.x_m - s * place.y_m + offset[1].m()};
}

bool LedSelection::contains(std::int64_t index, const LedPlace& place, double height_m) const {
  if (lit && std::ranges::find(*lit, index) == lit->end()) return false;
  const double radius_m = std::hypot(place.y_m, place.x_m);
  if (na) {
    const double sine = radius_m / std::hypot(radius_m, height_m);
    if (sine < (*na)[0] || sine > (*na)[1]) return false;
  }
  if (!azimuth) return true;
  return radius_m > kRounding * height_m &&
         in_sector(std::atan2(place.y_m, place.x_m), (*azimuth)[0].rad(), (*azimuth)[1].rad());
}

}  // namespace parfocal::optics
