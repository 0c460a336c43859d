// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <sstream>
#include <stdexcept>
#include <string>

namespace parfocal {

/// A broken promise inside the program: never the user's fault (exit 70).
class LogicError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace check_detail {

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

/// Two integers are compared by value, whatever their signedness and width.
template <class Other, class T>
constexpr decltype(auto) comparable(const T& value) {
  if constexpr (Integer<T> && Integer<Other>) {
    return static_cast<__int128>(value);
  } else {
    return (value);
  }
}

template <class Left, class Right>
struct Verdict {
  bool holds;
  const Left& left;
  const Right& right;
};

/// Captures both sides of `a == b`, so that a failing check prints the two values.
template <class Left>
struct Operand {
  const Left& left;

  // clang-format off
  template <class R> Verdict<Left, R> operator==(const R& r) const { return {comparable<R>(left) == comparable<Left>(r), left, r}; }
  template <class R> Verdict<Left, R> operator!=(const R& r) const { return {comparable<R>(left) != comparable<Left>(r), left, r}; }
  template <class R> Verdict<Left, R> operator<(const R& r) const { return {comparable<R>(left) < comparable<Left>(r), left, r}; }
  template <class R> Verdict<Left, R> operator<=(const R& r) const { return {comparable<R>(left) <= comparable<Left>(r), left, r}; }
  template <class R> Verdict<Left, R> operator>(const R& r) const { return {comparable<R>(left) > comparable<Left>(r), left, r}; }
  template <class R> Verdict<Left, R> operator>=(const R& r) const { return {comparable<R>(left) >= comparable<Left>(r), left, r}; }
  // clang-format on
};

/// `decomposer << a == b` reads as `(decomposer << a) == b`: it binds looser than arithmetic.
struct Decomposer {
  template <class Left>
  Operand<Left> operator<<(const Left& left) const {
    return {left};
  }
};

[[noreturn]] inline void fail(const char* file, int line, const char* expression,
                              const std::string& values) {
  throw LogicError(std::string(file) + ":" + std::to_string(line) +
                   ": check failed: " + expression + values);
}

template <class T>
concept Streamable = requires(std::ostream& os, const T& value) {
  os << value;
};

template <class T>
void print(std::ostream& os, const T& value) {
  if constexpr (Streamable<T>) {
    os << value;
  } else {
    os << "{?}";
  }
}

template <class V>
void require(const V& verdict, const char* file, int line, const char* expression) {
  if (verdict.holds) return;
  std::ostringstream values;
  values << " (got ";
  print(values, verdict.left);
  values << " and ";
  print(values, verdict.right);
  values << ")";
  fail(file, line, expression, values.str());
}

template <class T>
void require(const Operand<T>& operand, const char* file, int line, const char* expression) {
  if (!static_cast<bool>(operand.left)) fail(file, line, expression, "");
}

}  // namespace check_detail
}  // namespace parfocal

#ifdef __clang__
#pragma clang diagnostic ignored "-Woverloaded-shift-op-parentheses"
#endif

/// Programming mistakes: `PARFOCAL_CHECK(n == 3)` throws `LogicError` and prints both values.
#define PARFOCAL_CHECK(expression)                                                        \
  ::parfocal::check_detail::require(::parfocal::check_detail::Decomposer{} << expression, \
                                    __FILE__, __LINE__, #expression)
