// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string_view>

namespace parfocal {

/// The kinds of quantity that a configuration value can have. Values inside are SI.
enum class Dimension {
  kNumber,            ///< A pure number.
  kRatio,             ///< A pure number that may be written in percent.
  kLength,            ///< m
  kAngle,             ///< rad
  kDuration,          ///< s
  kSpatialFrequency,  ///< cycles per metre
  kRamanShift,        ///< wavenumber, 1/m (written 1/cm)
  kPhotonEnergy,      ///< J
  kArea,              ///< m^2
  kVolume,            ///< m^3
  kPixels,            ///< detector pixels; never mixed with metres
  kPhotons,           ///< photons
  kElectrons,         ///< electrons
  kCounts,            ///< detector counts (ADU)
  kDataSize,          ///< bytes
  kPower,             ///< W
  kTemperature,       ///< K
};

/// The word used in messages: "length", "angle", ...
[[nodiscard]] std::string_view name_of(Dimension dimension);

/// A number that knows its dimension. One double in SI units, no implicit conversion either way:
/// made by a named factory or a literal (`Length::from_m(1e-3)`, `532.0_nm`), read by the accessor
/// of the same unit (`length.m()`).
template <Dimension D>
class Quantity {
 public:
  constexpr Quantity() = default;
  [[nodiscard]] static constexpr Quantity from_si(double value) { return Quantity(value); }
  [[nodiscard]] constexpr double si() const { return si_; }

  // clang-format off
  static constexpr Quantity from_m(double v) requires (D == Dimension::kLength) { return Quantity(v); }
  [[nodiscard]] constexpr double m() const requires (D == Dimension::kLength) { return si_; }
  static constexpr Quantity from_rad(double v) requires (D == Dimension::kAngle) { return Quantity(v); }
  [[nodiscard]] constexpr double rad() const requires (D == Dimension::kAngle) { return si_; }
  static constexpr Quantity from_s(double v) requires (D == Dimension::kDuration) { return Quantity(v); }
  [[nodiscard]] constexpr double s() const requires (D == Dimension::kDuration) { return si_; }
  static constexpr Quantity from_per_m(double v)
    requires (D == Dimension::kSpatialFrequency || D == Dimension::kRamanShift) { return Quantity(v); }
  [[nodiscard]] constexpr double per_m() const
    requires (D == Dimension::kSpatialFrequency || D == Dimension::kRamanShift) { return si_; }
  [[nodiscard]] constexpr double photons() const requires (D == Dimension::kPhotons) { return si_; }
  [[nodiscard]] constexpr double electrons() const requires (D == Dimension::kElectrons) { return si_; }
  [[nodiscard]] constexpr double counts() const requires (D == Dimension::kCounts) { return si_; }
  [[nodiscard]] constexpr double px() const requires (D == Dimension::kPixels) { return si_; }
  // clang-format on

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.si_ + b.si_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.si_ - b.si_); }
  friend constexpr Quantity operator-(Quantity a) { return Quantity(-a.si_); }
  friend constexpr Quantity operator*(double k, Quantity a) { return Quantity(k * a.si_); }
  friend constexpr Quantity operator*(Quantity a, double k) { return Quantity(k * a.si_); }
  friend constexpr Quantity operator/(Quantity a, double k) { return Quantity(a.si_ / k); }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.si_ / b.si_; }

 private:
  explicit constexpr Quantity(double si) : si_(si) {}
  double si_ = 0.0;
};

using Length = Quantity<Dimension::kLength>;
using Angle = Quantity<Dimension::kAngle>;
using Duration = Quantity<Dimension::kDuration>;
using SpatialFrequency = Quantity<Dimension::kSpatialFrequency>;
using RamanShift = Quantity<Dimension::kRamanShift>;
using PhotonEnergy = Quantity<Dimension::kPhotonEnergy>;
using Pixels = Quantity<Dimension::kPixels>;
using Photons = Quantity<Dimension::kPhotons>;
using Electrons = Quantity<Dimension::kElectrons>;
using Counts = Quantity<Dimension::kCounts>;
using Power = Quantity<Dimension::kPower>;
using Temperature = Quantity<Dimension::kTemperature>;

inline namespace literals {
// Division by an exact power of ten rounds once, multiplication by 1e-9 would round twice.
// clang-format off
constexpr Length operator""_m(long double v) { return Length::from_m(static_cast<double>(v)); }
constexpr Length operator""_mm(long double v) { return Length::from_m(static_cast<double>(v) / 1e3); }
constexpr Length operator""_um(long double v) { return Length::from_m(static_cast<double>(v) / 1e6); }
constexpr Length operator""_nm(long double v) { return Length::from_m(static_cast<double>(v) / 1e9); }
constexpr Angle operator""_rad(long double v) { return Angle::from_rad(static_cast<double>(v)); }
// clang-format on
}  // namespace literals

}  // namespace parfocal
