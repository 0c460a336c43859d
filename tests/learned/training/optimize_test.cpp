// SPDX-License-Identifier: Apache-2.0
#include "learned/training/optimize.h"

#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace parfocal {
namespace {

using Schedule = ParameterGroup::Schedule;

Parameter parameter(const std::string& unit, double scale) {
  Parameter p;
  p.leaf = at::zeros({2}, at::kDouble);
  p.unit = unit;
  p.scale = scale;
  return p;
}

TEST(ParameterGroup, FactorsAreThoseOfTheHeader) {
  ParameterGroup group;
  EXPECT_EQ(group.factor(99, 100), 1.0);
  group.schedule = Schedule::kCosine;
  EXPECT_EQ(group.factor(0, 100), 1.0);
  EXPECT_NEAR(group.factor(50, 100), 0.5, 1e-15);
  EXPECT_NEAR(group.factor(99, 100), 0.5 * (1.0 + std::cos(M_PI * 0.99)), 1e-15);
  group.schedule = Schedule::kLinear;
  EXPECT_NEAR(group.factor(25, 100), 0.75, 1e-15);
  group.schedule = Schedule::kSteps;
  group.step_every = 10;
  group.step_factor = 0.5;
  EXPECT_NEAR(group.factor(29, 100), 0.25, 1e-15);
}

TEST(ParameterGroup, StandsStillOutsideStartAndStopAndWarmsUp) {
  ParameterGroup group;
  group.start = 10;
  group.stop = 30;
  group.warm_up = 4;
  EXPECT_EQ(group.factor(9, 100), 0.0);
  EXPECT_NEAR(group.factor(10, 100), 0.25, 1e-15);
  EXPECT_NEAR(group.factor(13, 100), 1.0, 1e-15);
  EXPECT_EQ(group.factor(30, 100), 0.0);
  EXPECT_EQ(group.factor(20, 15), 0.0);
}

TEST(InLeafUnit, TakesAnyUnitOfTheDimension) {
  EXPECT_DOUBLE_EQ(in_leaf_unit("50 nm", "rate", "m.h", parameter("um", 1e-6)), 0.05);
  EXPECT_DOUBLE_EQ(in_leaf_unit("0.2 rad", "rate", "m.p", parameter("rad", 1.0)), 0.2);
  EXPECT_DOUBLE_EQ(in_leaf_unit("1e-3", "rate", "n.w", parameter("1", 1.0)), 1e-3);
  EXPECT_DOUBLE_EQ(in_leaf_unit("0.1 ADU/e-", "rate", "d.g", parameter("ADU/e-", 1.0)), 0.1);
}

TEST(InLeafUnit, AnotherDimensionAndAMissingUnitAreRefused) {
  for (const char* text : {"0.2", "0.2 rad", "nm", ""}) {
    try {
      static_cast<void>(in_leaf_unit(text, "rate", "optics.mask.height", parameter("um", 1e-6)));
      FAIL() << text;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("does not fit optics.mask.height, whose values "
                                                   "are in um; write for example rate: 0.1 um"));
    }
  }
  EXPECT_THROW(static_cast<void>(in_leaf_unit("1 um", "rate", "w", parameter("1", 1.0))),
               UsageError);
}

}  // namespace
}  // namespace parfocal
