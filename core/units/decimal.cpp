// SPDX-License-Identifier: Apache-2.0
#include "core/units/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace parfocal {
namespace {

// Beyond this every double has overflowed or vanished, whatever the digits; keeps sums from
// wrapping.
constexpr long long kExponentLimit = 1'000'000'000;
constexpr long long kPlainAbove = -4;
constexpr long long kPlainBelow = 15;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - from;
}

std::size_t sign_at(std::string_view text, std::size_t from) {
  return from < text.size() && (text[from] == '+' || text[from] == '-') ? 1 : 0;
}

/// The exponent that starts at `from` ("e-3"), if there is one; moves `from` behind it.
long long scan_exponent(std::string_view text, std::size_t& from) {
  if (from >= text.size() || (text[from] != 'e' && text[from] != 'E')) return 0;
  const std::size_t sign = from + 1;
  const std::size_t first = sign + sign_at(text, sign);
  const std::size_t count = digits_at(text, first);
  if (count == 0) return 0;
  long long value = 0;
  for (char c : text.substr(first, count)) value = std::min(value * 10 + (c - '0'), kExponentLimit);
  from = first + count;
  return text[sign] == '-' ? -value : value;
}

void strip_leading_zeros(std::string& digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

}  // namespace

std::optional<Decimal> scan_decimal(std::string_view text, std::size_t& length) {
  std::size_t at = sign_at(text, 0);
  const std::size_t whole = digits_at(text, at);
  if (whole > 1 && text[at] == '0') return std::nullopt;
  Decimal number;
  number.negative = text.starts_with('-');
  number.digits = text.substr(at, whole);
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits_at(text, at + 1);
    number.digits += text.substr(at + 1, fraction);
    number.exponent = -static_cast<long long>(fraction);
    at += 1 + fraction;
  }
  if (number.digits.empty()) return std::nullopt;
  number.exponent += scan_exponent(text, at);
  strip_leading_zeros(number.digits);
  length = at;
  return number;
}

Decimal Decimal::times(std::uint64_t factor) const {
  Decimal product = *this;
  std::string reversed;
  std::uint64_t carry = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    carry += static_cast<std::uint64_t>(*digit - '0') * factor;
    reversed += static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  for (; carry > 0; carry /= 10) reversed += static_cast<char>('0' + carry % 10);
  product.digits.assign(reversed.rbegin(), reversed.rend());
  strip_leading_zeros(product.digits);
  return product;
}

std::optional<double> Decimal::to_double() const {
  if (digits == "0") return negative ? -0.0 : 0.0;
  const std::string text = digits + "e" + std::to_string(exponent);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size();
  if (!good || !std::isfinite(value) || value == 0.0) return std::nullopt;
  return negative ? -value : value;
}

Decimal Decimal::shortest(double value) {
  std::array<char, 64> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  std::size_t length = 0;
  return scan_decimal(text, length).value();
}

std::string Decimal::text() const {
  const auto count = static_cast<long long>(digits.size());
  const long long leading = exponent + count - 1;  // Power of ten of the first digit.
  std::string body;
  if (digits == "0") {
    body = "0";
  } else if (leading < kPlainAbove || leading > kPlainBelow) {
    body = digits.substr(0, 1);
    const std::size_t last = digits.find_last_not_of('0');
    if (last > 0) body += "." + digits.substr(1, last);
    body += "e" + std::to_string(leading);
  } else if (exponent >= 0) {
    body = digits + std::string(static_cast<std::size_t>(exponent), '0');
  } else if (leading >= 0) {
    const auto point = static_cast<std::size_t>(leading + 1);
    body = digits.substr(0, point) + "." + digits.substr(point);
  } else {
    body = "0." + std::string(static_cast<std::size_t>(-leading - 1), '0') + digits;
  }
  return negative ? "-" + body : body;
}

}  // namespace parfocal
