// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/gds_real.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace parfocal::formats {
namespace {
constexpr int kFractionBits = 56;
constexpr int kExcess = 64;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr std::uint64_t kFraction = (std::uint64_t{1} << kFractionBits) - 1;
}  // namespace

std::uint64_t to_gds_real(double value) {
  if (value == 0.0) return 0;
  int binary = 0;  // value = fraction x 2^binary, 1/2 <= fraction < 1
  const double fraction = std::frexp(std::abs(value), &binary);
  const int exponent = binary > 0 ? (binary + 3) / 4 : -(-binary / 4);
  if (!std::isfinite(value) || exponent >= kExcess) {
    throw UsageError(fmt::format("GDSII: the number {} is too large, the limit is 16^63", value));
  }
  if (exponent < -kExcess) return 0;
  const auto bits =
      static_cast<std::uint64_t>(std::ldexp(fraction, kFractionBits + binary - 4 * exponent));
  return (value < 0.0 ? kSign : 0) |
         (static_cast<std::uint64_t>(exponent + kExcess) << kFractionBits) | bits;
}

double from_gds_real(std::uint64_t bits) {
  const int exponent = static_cast<int>((bits >> kFractionBits) & 0x7F) - kExcess;
  const double size =
      std::ldexp(static_cast<double>(bits & kFraction), 4 * exponent - kFractionBits);
  return (bits & kSign) != 0 ? -size : size;
}

}  // namespace parfocal::formats
