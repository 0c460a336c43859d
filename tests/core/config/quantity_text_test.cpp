// SPDX-License-Identifier: Apache-2.0
#include "core/units/quantity_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <random>

namespace parfocal {
namespace {

using ::testing::HasSubstr;

constexpr Dimension kAll[] = {
    Dimension::kNumber,     Dimension::kRatio,        Dimension::kLength,
    Dimension::kAngle,      Dimension::kDuration,     Dimension::kSpatialFrequency,
    Dimension::kRamanShift, Dimension::kPhotonEnergy, Dimension::kArea,
    Dimension::kVolume,     Dimension::kPixels,       Dimension::kPhotons,
    Dimension::kElectrons,  Dimension::kCounts,       Dimension::kDataSize,
    Dimension::kPower,      Dimension::kTemperature};

/// The published factor of a unit as an exact fraction: multiplier * 10^exponent.
struct Factor {
  Dimension dimension;
  const char* unit;
  std::uint64_t multiplier;
  int exponent;
};
constexpr Dimension kL = Dimension::kLength, kT = Dimension::kDuration,
                    kF = Dimension::kSpatialFrequency, kR = Dimension::kRamanShift,
                    kE = Dimension::kPhotonEnergy, kB = Dimension::kDataSize,
                    kP = Dimension::kPower, kA = Dimension::kArea, kV = Dimension::kVolume;
constexpr Factor kFactors[] = {{kL, "m", 1, 0},
                               {kL, "cm", 1, -2},
                               {kL, "mm", 1, -3},
                               {kL, "um", 1, -6},
                               {kL, "\u00B5m", 1, -6},
                               {kL, "\u03BCm", 1, -6},
                               {kL, "nm", 1, -9},
                               {kL, "pm", 1, -12},
                               {kL, "A", 1, -10},
                               {kL, "angstrom", 1, -10},
                               {Dimension::kAngle, "rad", 1, 0},
                               {Dimension::kAngle, "mrad", 1, -3},
                               {kT, "s", 1, 0},
                               {kT, "ms", 1, -3},
                               {kT, "us", 1, -6},
                               {kT, "ns", 1, -9},
                               {kT, "min", 60, 0},
                               {kT, "h", 3600, 0},
                               {kF, "1/m", 1, 0},
                               {kF, "1/mm", 1, 3},
                               {kF, "1/um", 1, 6},
                               {kF, "1/cm", 1, 2},
                               {kF, "lp/mm", 1, 3},
                               {kF, "cycles/mm", 1, 3},
                               {kR, "1/cm", 1, 2},
                               {kR, "cm^-1", 1, 2},
                               {kR, "1/m", 1, 0},
                               {kE, "J", 1, 0},
                               {kE, "eV", 1602176634, -28},
                               {kE, "keV", 1602176634, -25},
                               {kB, "B", 1, 0},
                               {kB, "KiB", 1024, 0},
                               {kB, "MiB", 1048576, 0},
                               {kB, "GiB", 1073741824, 0},
                               {kB, "kB", 1, 3},
                               {kB, "MB", 1, 6},
                               {kB, "GB", 1, 9},
                               {kP, "W", 1, 0},
                               {kP, "mW", 1, -3},
                               {kP, "uW", 1, -6},
                               {kP, "nW", 1, -9},
                               {kA, "m^2", 1, 0},
                               {kA, "mm^2", 1, -6},
                               {kA, "um^2", 1, -12},
                               {kA, "nm^2", 1, -18},
                               {kV, "m^3", 1, 0},
                               {kV, "mm^3", 1, -9},
                               {kV, "um^3", 1, -18},
                               {Dimension::kPixels, "px", 1, 0},
                               {Dimension::kPhotons, "photon", 1, 0},
                               {Dimension::kElectrons, "e-", 1, 0},
                               {Dimension::kCounts, "ADU", 1, 0},
                               {Dimension::kRatio, "%", 1, -2},
                               {Dimension::kTemperature, "K", 1, 0}};

std::string digits_of(unsigned __int128 value) {
  std::string text;
  do {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return text;
}

/// mantissa * multiplier * 10^exponent, rounded once: the product is exact in 128 bits, and strtod
/// of the C library rounds a decimal string correctly.
double exactly_rounded(std::uint64_t mantissa, std::uint64_t multiplier, int exponent) {
  const auto product = static_cast<unsigned __int128>(mantissa) * multiplier;
  return std::strtod((digits_of(product) + "e" + std::to_string(exponent)).c_str(), nullptr);
}

double parsed(const std::string& text, Dimension dimension) {
  return parse_quantity(text, dimension).si.value_or(std::numeric_limits<double>::quiet_NaN());
}

TEST(Quantity, GoldenValues) {
  EXPECT_EQ(parsed("100 nm", kL), 1e-7);
  EXPECT_NE(100 * 1e-9, 1e-7) << "the product rounds twice";
  EXPECT_EQ(parsed("30 deg", Dimension::kAngle), 0.5235987755982988);
  EXPECT_EQ(parsed("1000 1/cm", kR), 1e5);
  EXPECT_EQ(parsed("532nm", kL), 532e-9);
  EXPECT_EQ(parsed("50 %", Dimension::kRatio), 0.5);
  EXPECT_EQ(parsed("0.5", Dimension::kRatio), 0.5);
  EXPECT_EQ(parsed("2e-", Dimension::kElectrons), 2.0);
  EXPECT_EQ(parsed("2e-3e-", Dimension::kElectrons), 0.002);
  EXPECT_EQ(parsed("+5 px", Dimension::kPixels), 5.0);
  EXPECT_EQ(parsed("20 degC", Dimension::kTemperature), 293.15);
  EXPECT_EQ(parsed("-2.5e1 um", kL), -25e-6);
  EXPECT_EQ(parsed("60 arcmin", Dimension::kAngle), std::numbers::pi / 180);
}

TEST(Quantity, EveryUnitIsRoundedOnceForAThousandRandomDecimals) {
  std::mt19937_64 random(1);
  for (const Factor& factor : kFactors) {
    for (int i = 0; i < 1000; ++i) {
      const std::uint64_t mantissa = random() % 1'000'000'000'000'000ULL >> (random() % 40);
      const int shift = static_cast<int>(random() % 30) - 15;
      std::string number = std::to_string(mantissa);
      if (shift < 0 && number.size() > static_cast<std::size_t>(-shift)) {
        number.insert(number.size() - static_cast<std::size_t>(-shift), ".");
      } else {
        number += "e" + std::to_string(shift);
      }
      // Without a space, "3e61/m" would be 3e61.
      const bool needs_space = i % 2 == 0 || factor.unit[0] == '1';
      const std::string text = number + (needs_space ? " " : "") + factor.unit;
      ASSERT_EQ(parsed(text, factor.dimension),
                exactly_rounded(mantissa, factor.multiplier, shift + factor.exponent))
          << text;
    }
  }
}

TEST(Quantity, EveryUnitOfTheTableIsTestedOrIrrational) {
  for (Dimension dimension : kAll) {
    for (const std::string& unit : units_of(dimension)) {
      EXPECT_TRUE(parse_quantity("1 " + unit, dimension).si) << unit;
    }
  }
}

TEST(Quantity, UnitOfAnotherDimensionIsAlwaysRejected) {
  for (Dimension wanted : kAll) {
    const std::vector<std::string> own = units_of(wanted);
    for (Dimension other : kAll) {
      for (const std::string& unit : units_of(other)) {
        if (std::find(own.begin(), own.end(), unit) != own.end()) continue;
        const QuantityParse parse = parse_quantity("3 " + unit, wanted);
        ASSERT_FALSE(parse.si) << unit;
        ASSERT_THAT(parse.rule, HasSubstr("expected a"));
      }
    }
  }
}

TEST(Quantity, FormatReadsBackBitForBit) {
  std::mt19937_64 random(2);
  const double special[] = {
      0.0,  -0.0, 1.0, -1.0, 5e-324,   1.7976931348623157e308, 2.2250738585072014e-308,
      1e22, 1e23, 0.1, 1e-7, 1.0 / 3.0};
  for (Dimension dimension : kAll) {
    for (int i = 0; i < 4000; ++i) {
      double value = i < 12 ? special[i] : std::bit_cast<double>(random());
      if (i % 3 == 1)
        value =
            std::ldexp(static_cast<double>(random() % 100000), -static_cast<int>(random() % 60));
      if (i % 3 == 2)
        value = static_cast<double>(random() % 1000) *
                std::pow(10.0, -static_cast<double>(random() % 12));
      if (!std::isfinite(value)) continue;
      const std::string text = format_quantity(value, dimension);
      const QuantityParse back = parse_quantity(text, dimension);
      ASSERT_TRUE(back.si) << text << ": " << back.rule;
      ASSERT_EQ(std::bit_cast<std::uint64_t>(*back.si), std::bit_cast<std::uint64_t>(value))
          << text;
    }
  }
}

TEST(Quantity, IsShownInTheMostReadableUnit) {
  EXPECT_EQ(format_quantity(532e-9, kL), "532 nm");
  EXPECT_EQ(format_quantity(5.5e-6, kL), "5.5 um");
  EXPECT_EQ(format_quantity(2.5e-3, kL), "2.5 mm");
  EXPECT_EQ(format_quantity(0.0, kL), "0 m");
  EXPECT_EQ(format_quantity(parsed("30 deg", Dimension::kAngle), Dimension::kAngle), "30 deg");
  EXPECT_EQ(format_quantity(17.0, Dimension::kAngle), "17 rad");
  EXPECT_EQ(format_quantity(0.2, Dimension::kAngle), "0.2 rad");
  EXPECT_EQ(format_quantity(1e5, kR), "1000 1/cm");
  EXPECT_EQ(format_quantity(1000.0, Dimension::kPhotons), "1000 photon");
  EXPECT_EQ(format_quantity(2.0, Dimension::kElectrons), "2 e-");
  EXPECT_EQ(format_quantity(100.0, Dimension::kCounts), "100 ADU");
  EXPECT_EQ(format_quantity(3.0, Dimension::kPixels), "3 px");
  EXPECT_EQ(format_quantity(0.02, kT), "20 ms");
  EXPECT_EQ(format_quantity(4294967296.0, kB), "4 GiB");
  EXPECT_EQ(format_quantity(parsed("2.3 eV", kE), kE), "2.3 eV");
  EXPECT_EQ(format_quantity(0.75, Dimension::kRatio), "0.75");
  EXPECT_EQ(format_real(1e-5), "1e-5");
  EXPECT_EQ(format_real(1e-4), "0.0001");
  EXPECT_EQ(format_real(-1.25e30), "-1.25e30");
}

TEST(Quantity, MistakesNameTheRuleAndTheRemedy) {
  const auto rule = [](const char* text, Dimension d) { return parse_quantity(text, d).rule; };
  const auto hint = [](const char* text, Dimension d) { return parse_quantity(text, d).hint; };
  EXPECT_EQ(rule("532", kL), "expected a length with a unit, for example \"532 nm\"");
  EXPECT_EQ(rule("0", kL), "expected a length with a unit, for example \"0 nm\"");
  EXPECT_EQ(rule("five", Dimension::kAngle),
            "expected an angle with a unit, for example \"30 deg\"");
  EXPECT_EQ(rule("532 nn", kL),
            "unknown unit \"nn\"; expected a length with a unit, for example \"532 nm\"");
  EXPECT_EQ(hint("532 nn", kL), "did you mean \"532 nm\"?");
  EXPECT_EQ(hint("532 NM", kL), "did you mean \"532 nm\"?");
  EXPECT_EQ(hint("10 photons", Dimension::kPhotons), "did you mean \"10 photon\"?");
  EXPECT_EQ(rule("3 deg", kL),
            "\"deg\" is a unit of angle; expected a length with a unit, for example \"532 nm\"");
  EXPECT_THAT(rule("2 waves", kL), HasSubstr("unknown unit \"waves\""));
  EXPECT_EQ(hint("1,5 mm", kL), "did you mean \"1.5 mm\"?");
  EXPECT_EQ(rule("1e400 m", kL), "does not fit into a double");
  EXPECT_EQ(rule("1e99999999999999999999 m", kL), "does not fit into a double");
  EXPECT_EQ(rule("5 nm", Dimension::kNumber).substr(0, 34), "\"nm\" is a unit of length; expected");
}

TEST(RealNumber, OnlyDecimalsAreAccepted) {
  for (const char* text :
       {"",   " 1", "1 ", "0x10", "0777", "1_000", "1,5",    "nan",   "inf", ".nan",  "-inf",
        "1e", "e5", ".",  "+",    "--1",  "1e400", "1e-400", "1.2.3", "00",  "1e5.5", "1d3"}) {
    EXPECT_FALSE(parse_real(text)) << text;
  }
  EXPECT_EQ(parse_real("+1.5"), 1.5);
  EXPECT_EQ(parse_real(".5"), 0.5);
  EXPECT_EQ(parse_real("5."), 5.0);
  EXPECT_EQ(parse_real("1E-3"), 1e-3);
  EXPECT_EQ(parse_real("0e999999999999"), 0.0);
}

TEST(WholeNumber, OnlyPlainDecimalsAreAccepted) {
  for (const char* text :
       {"", "0777", "0x1F", "1e3", "1_000", "1.0", "9223372036854775808", "+-1", " 1", "1 "}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<long long>::max());
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<long long>::min());
  EXPECT_EQ(parse_integer("+42"), 42);
  EXPECT_EQ(parse_integer("0"), 0);
}

}  // namespace
}  // namespace parfocal
