// SPDX-License-Identifier: Apache-2.0
#include "learned/training/line_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace parfocal {
namespace {

/// Functions of one length, with their derivatives written out.
LinePoint parabola(double t) { return {t, (t - 3.0) * (t - 3.0), 2.0 * (t - 3.0)}; }
LinePoint wave(double t) { return {t, std::sin(3.0 * t) - t, 3.0 * std::cos(3.0 * t) - 1.0}; }
/// J. J. More, D. J. Thuente, ACM Trans. Math. Softw. 20, 286-307 (1994), eq. 5.1 with beta = 2.
LinePoint more_thuente(double t) {
  const double q = t * t + 2.0;
  return {t, -t / q, (t * t - 2.0) / (q * q)};
}

void expect_wolfe(LinePoint (*f)(double), double first, const WolfeConditions& conditions) {
  const LinePoint start = f(0.0);
  ASSERT_LT(start.slope, 0.0);
  int evaluations = 0;
  const auto counted = [&](double t) {
    ++evaluations;
    return f(t);
  };
  const auto found = strong_wolfe(counted, start, first, conditions);
  ASSERT_TRUE(found) << "first " << first;
  EXPECT_LE(found->value, start.value + conditions.decrease * found->length * start.slope);
  EXPECT_LE(std::abs(found->slope), -conditions.curvature * start.slope) << "first " << first;
  EXPECT_LE(evaluations, 25);
  EXPECT_EQ(found->value, f(found->length).value);
}

LinePoint falling_wave(double t) {
  const LinePoint p = wave(t + 0.6);
  return {t, p.value, p.slope};
}

TEST(StrongWolfe, MeetsBothConditionsFromAnyFirstLength) {
  for (const double first : {1e-3, 0.1, 1.0, 7.0, 1e3}) {
    for (const double curvature : {0.9, 0.1}) {
      expect_wolfe(parabola, first, {1e-4, curvature});
      expect_wolfe(more_thuente, first, {1e-4, curvature});
      expect_wolfe(falling_wave, first, {1e-4, curvature});
    }
  }
}

TEST(StrongWolfe, FindsTheMinimumOfAParabolaWhereTheSlopeMustVanish) {
  for (const double first : {0.5, 4.0}) {
    const auto found = strong_wolfe(parabola, parabola(0.0), first, {1e-4, 1e-12});
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->length, 3.0, 1e-11);
  }
}

TEST(StrongWolfe, TakesAFirstLengthThatIsGoodEnough) {
  int evaluations = 0;
  const auto found = strong_wolfe(
      [&](double t) {
        ++evaluations;
        return parabola(t);
      },
      parabola(0.0), 2.9, {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->length, 2.9);
  EXPECT_EQ(evaluations, 1);
}

/// -log(1 - t) - 2 t has no value from 1 on, and its minimum at 0.5.
TEST(StrongWolfe, WhatIsNotFiniteIsTooFar) {
  const auto walled = [](double t) {
    return LinePoint{t, -std::log(1.0 - t) - 2.0 * t, 1.0 / (1.0 - t) - 2.0};
  };
  const auto found = strong_wolfe(walled, walled(0.0), 100.0, {1e-4, 0.1});
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->length, 0.5, 0.05);
  const auto steep = [](double t) {
    return t > 0.75 ? LinePoint{t, -10.0, std::numeric_limits<double>::infinity()} : parabola(t);
  };
  const auto near = strong_wolfe(steep, parabola(0.0), 1.0, {});
  ASSERT_TRUE(near);
  EXPECT_LE(near->length, 0.75);
}

TEST(StrongWolfe, NothingWhereNothingIsLower) {
  int evaluations = 0;
  const auto lying = [&](double t) {
    ++evaluations;
    return LinePoint{t, t, -1.0};
  };
  EXPECT_FALSE(strong_wolfe(lying, {0.0, 0.0, -1.0}, 1.0, {}));
  EXPECT_EQ(evaluations, 25);
}

/// A line that falls for ever never flattens: the lowest point seen is taken.
TEST(StrongWolfe, WithoutAFlatPointTheLowestOneIsTaken) {
  const auto found = strong_wolfe(
      [](double t) {
        return LinePoint{t, -t, -1.0};
      },
      {0.0, 0.0, -1.0}, 1.0, {});
  ASSERT_TRUE(found);
  EXPECT_GT(found->length, 1e6);
}

}  // namespace
}  // namespace parfocal
