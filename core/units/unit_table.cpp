// SPDX-License-Identifier: Apache-2.0
#include "core/units/unit_table.h"

#include <numbers>

namespace parfocal {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr std::uint64_t kElementaryCharge = 1602176634;  // 1e-28 C, exact since 2019.

// The micro sign exists twice in Unicode: U+00B5 ("\xC2\xB5") and U+03BC ("\xCE\xBC").
// clang-format off
constexpr Unit kLength[] = {
    {"m"}, {"cm", 1, -2}, {"mm", 1, -3}, {"um", 1, -6}, {"\xC2\xB5m", 1, -6}, {"\xCE\xBCm", 1, -6},
    {"nm", 1, -9}, {"pm", 1, -12}, {"A", 1, -10}, {"angstrom", 1, -10}};
constexpr Unit kAngle[] = {
    {"rad"}, {"mrad", 1, -3}, {"deg", 1, 0, kDegree}, {"arcmin", 1, 0, kDegree / 60},
    {"arcsec", 1, 0, kDegree / 3600}};
constexpr Unit kDuration[] = {
    {"s"}, {"ms", 1, -3}, {"us", 1, -6}, {"\xC2\xB5s", 1, -6}, {"\xCE\xBCs", 1, -6}, {"ns", 1, -9},
    {"min", 60}, {"h", 3600}};
constexpr Unit kSpatialFrequency[] = {
    {"1/m"}, {"1/cm", 1, 2}, {"cm^-1", 1, 2}, {"1/mm", 1, 3}, {"lp/mm", 1, 3}, {"cycles/mm", 1, 3},
    {"1/um", 1, 6}, {"1/\xC2\xB5m", 1, 6}, {"1/\xCE\xBCm", 1, 6}};
constexpr Unit kRamanShift[] = {
    {"1/cm", 1, 2}, {"cm^-1", 1, 2}, {"1/m"}, {"1/mm", 1, 3},
    {"1/um", 1, 6}, {"1/\xC2\xB5m", 1, 6}, {"1/\xCE\xBCm", 1, 6}};
constexpr Unit kPhotonEnergy[] = {
    {"eV", kElementaryCharge, -28}, {"keV", kElementaryCharge, -25}, {"J"}};
constexpr Unit kArea[] = {
    {"m^2"}, {"cm^2", 1, -4}, {"mm^2", 1, -6}, {"um^2", 1, -12}, {"\xC2\xB5m^2", 1, -12},
    {"\xCE\xBCm^2", 1, -12}, {"nm^2", 1, -18}, {"pm^2", 1, -24}, {"A^2", 1, -20},
    {"angstrom^2", 1, -20}};
constexpr Unit kVolume[] = {
    {"m^3"}, {"cm^3", 1, -6}, {"mm^3", 1, -9}, {"um^3", 1, -18}, {"\xC2\xB5m^3", 1, -18},
    {"\xCE\xBCm^3", 1, -18}, {"nm^3", 1, -27}, {"pm^3", 1, -36}, {"A^3", 1, -30},
    {"angstrom^3", 1, -30}};
constexpr Unit kDataSize[] = {
    {"B"}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {"kB", 1, 3}, {"MB", 1, 6},
    {"GB", 1, 9}};
constexpr Unit kPower[] = {
    {"W"}, {"mW", 1, -3}, {"uW", 1, -6}, {"\xC2\xB5W", 1, -6}, {"\xCE\xBCW", 1, -6}, {"nW", 1, -9}};
constexpr Unit kTemperature[] = {{"K"}, {"degC", 1, 0, 0.0, 273.15}};
constexpr Unit kRatio[] = {{"%", 1, -2}};
constexpr Unit kPixels[] = {{"px"}};
constexpr Unit kPhotons[] = {{"photon"}};
constexpr Unit kElectrons[] = {{"e-"}};
constexpr Unit kCounts[] = {{"ADU"}};

constexpr Unit kShownLength[] = {{"m"}, {"mm", 1, -3}, {"um", 1, -6}, {"nm", 1, -9}, {"pm", 1, -12}};
constexpr Unit kShownAngle[] = {{"rad"}};
constexpr Unit kShownDuration[] = {{"s"}, {"ms", 1, -3}, {"us", 1, -6}, {"ns", 1, -9}};
constexpr Unit kShownFrequency[] = {{"1/um", 1, 6}, {"1/mm", 1, 3}, {"1/m"}};
constexpr Unit kShownRamanShift[] = {{"1/cm", 1, 2}};
constexpr Unit kShownEnergy[] = {{"J"}};
constexpr Unit kShownArea[] = {{"m^2"}, {"mm^2", 1, -6}, {"um^2", 1, -12}, {"nm^2", 1, -18}};
constexpr Unit kShownVolume[] = {{"m^3"}, {"mm^3", 1, -9}, {"um^3", 1, -18}, {"nm^3", 1, -27}};
constexpr Unit kShownDataSize[] = {{"GB", 1, 9}, {"MB", 1, 6}, {"kB", 1, 3}, {"B"}};
constexpr Unit kShownPower[] = {{"W"}, {"mW", 1, -3}, {"uW", 1, -6}, {"nW", 1, -9}};
constexpr Unit kShownTemperature[] = {{"K"}};

constexpr Dimension kWithUnits[] = {
    Dimension::kLength, Dimension::kAngle, Dimension::kDuration, Dimension::kSpatialFrequency,
    Dimension::kRamanShift, Dimension::kPhotonEnergy, Dimension::kArea, Dimension::kVolume,
    Dimension::kPixels, Dimension::kPhotons, Dimension::kElectrons, Dimension::kCounts,
    Dimension::kDataSize, Dimension::kPower, Dimension::kTemperature, Dimension::kRatio};
// clang-format on

}  // namespace

std::span<const Dimension> dimensions_with_units() { return kWithUnits; }

std::span<const Unit> unit_table(Dimension dimension) {
  switch (dimension) {
    case Dimension::kNumber:
      return {};
    case Dimension::kRatio:
      return kRatio;
    case Dimension::kLength:
      return kLength;
    case Dimension::kAngle:
      return kAngle;
    case Dimension::kDuration:
      return kDuration;
    case Dimension::kSpatialFrequency:
      return kSpatialFrequency;
    case Dimension::kRamanShift:
      return kRamanShift;
    case Dimension::kPhotonEnergy:
      return kPhotonEnergy;
    case Dimension::kArea:
      return kArea;
    case Dimension::kVolume:
      return kVolume;
    case Dimension::kPixels:
      return kPixels;
    case Dimension::kPhotons:
      return kPhotons;
    case Dimension::kElectrons:
      return kElectrons;
    case Dimension::kCounts:
      return kCounts;
    case Dimension::kDataSize:
      return kDataSize;
    case Dimension::kPower:
      return kPower;
    case Dimension::kTemperature:
      return kTemperature;
  }
  return {};
}

std::span<const Unit> display_units(Dimension dimension) {
  switch (dimension) {
    case Dimension::kLength:
      return kShownLength;
    case Dimension::kAngle:
      return kShownAngle;
    case Dimension::kDuration:
      return kShownDuration;
    case Dimension::kSpatialFrequency:
      return kShownFrequency;
    case Dimension::kRamanShift:
      return kShownRamanShift;
    case Dimension::kPhotonEnergy:
      return kShownEnergy;
    case Dimension::kArea:
      return kShownArea;
    case Dimension::kVolume:
      return kShownVolume;
    case Dimension::kDataSize:
      return kShownDataSize;
    case Dimension::kPower:
      return kShownPower;
    case Dimension::kTemperature:
      return kShownTemperature;
    default:
      return unit_table(dimension);
  }
}

std::string_view example_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::kNumber:
      return "0.5";
    case Dimension::kRatio:
      return "0.5";
    case Dimension::kLength:
      return "532 nm";
    case Dimension::kAngle:
      return "30 deg";
    case Dimension::kDuration:
      return "20 ms";
    case Dimension::kSpatialFrequency:
      return "100 lp/mm";
    case Dimension::kRamanShift:
      return "1000 1/cm";
    case Dimension::kPhotonEnergy:
      return "2.3 eV";
    case Dimension::kArea:
      return "4 um^2";
    case Dimension::kVolume:
      return "8 um^3";
    case Dimension::kPixels:
      return "3 px";
    case Dimension::kPhotons:
      return "1000 photon";
    case Dimension::kElectrons:
      return "2 e-";
    case Dimension::kCounts:
      return "100 ADU";
    case Dimension::kDataSize:
      return "4 GiB";
    case Dimension::kPower:
      return "5 mW";
    case Dimension::kTemperature:
      return "20 degC";
  }
  return "";
}

std::string_view name_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::kNumber:
      return "number";
    case Dimension::kRatio:
      return "ratio";
    case Dimension::kLength:
      return "length";
    case Dimension::kAngle:
      return "angle";
    case Dimension::kDuration:
      return "time";
    case Dimension::kSpatialFrequency:
      return "spatial frequency";
    case Dimension::kRamanShift:
      return "wavenumber";
    case Dimension::kPhotonEnergy:
      return "photon energy";
    case Dimension::kArea:
      return "area";
    case Dimension::kVolume:
      return "volume";
    case Dimension::kPixels:
      return "length in pixels";
    case Dimension::kPhotons:
      return "number of photons";
    case Dimension::kElectrons:
      return "number of electrons";
    case Dimension::kCounts:
      return "number of counts";
    case Dimension::kDataSize:
      return "data size";
    case Dimension::kPower:
      return "power";
    case Dimension::kTemperature:
      return "temperature";
  }
  return "";
}

}  // namespace parfocal
