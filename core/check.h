// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Captures both sides of `a == b`, so that a failing check prints the two values.
template <class Left>
struct Operand {
  const Left& left;

  template <class Right>
  struct Verdict {
    bool holds;
    const Left& left;
    const Right& right;
  };
  template <class Right>
  Verdict<Right> operator==(const Right& r) const { return {left == r, left, r}; }
  template <class Right>
  Verdict<Right> operator!=(const Right& r) const { return {left != r, left, r}; }
  template <class Right>
  Verdict<Right> operator<(const Right& r) const { return {left < r, left, r}; }
  template <class Right>
  Verdict<Right> operator<=(const Right& r) const { return {left <= r, left, r}; }
  template <class Right>
  Verdict<Right> operator>(const Right& r) const { return {left > r, left, r}; }
  template <class Right>
  Verdict<Right> operator>=(const Right& r) const { return {left >= r, left, r}; }
};

struct Decomposer {
  template <class Left>
  Operand<Left> operator<<(const Left& left) const { return {left}; }
};

[[noreturn]] inline void fail(const char* file, int line, const char* expression,
                              const std::string& values) {
  throw LogicError(std::string(file) + ":" + std::to_string(line) + ": check failed: " +
                   expression + values);
}

template <class T>
concept Streamable = requires(std::ostream& os, const T& value) { os << value; };

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

/// Programming mistakes: `PARFOCAL_CHECK(n == 3)` throws `LogicError` and prints both values.
#define PARFOCAL_CHECK(expression)                                                               \
  ::parfocal::check_detail::require(::parfocal::check_detail::Decomposer{} << expression,        \
                                    __FILE__, __LINE__, #expression)
