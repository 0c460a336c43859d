// SPDX-License-Identifier: Apache-2.0
#include "core/operators/table.h"

#include <gtest/gtest.h>

namespace parfocal {
namespace {

TEST(Table, HoldsNamedColumnsOfOneLength) {
  Table table;
  EXPECT_EQ(table.rows(), 0U);
  table.add("frame", "", {0, 1, 2});
  table.add("x", "px", {0.5, 1.5, 2.5});
  EXPECT_EQ(table.rows(), 3U);
  EXPECT_EQ(table.at("x")[2], 2.5);
  EXPECT_EQ(table.find("x")->unit, "px");
  EXPECT_EQ(table.find("y"), nullptr);
}

TEST(Table, RefusesASecondNameAndAnotherLength) {
  Table table;
  table.add("x", "px", {1, 2});
  EXPECT_THROW(table.add("x", "px", {1, 2}), LogicError);
  EXPECT_THROW(table.add("y", "px", {1}), LogicError);
  EXPECT_THROW(static_cast<void>(table.at("z")), LogicError);
}

}  // namespace
}  // namespace parfocal
