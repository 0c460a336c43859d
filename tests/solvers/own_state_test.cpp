// SPDX-License-Identifier: Apache-2.0
#include "solvers/own_state.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace parfocal::testing {
namespace {

struct Mine final : SolverState {
  int value = 3;
};
struct Other final : SolverState {};

TEST(OwnState, IsTheSameObjectAndNothingElseIsTakenForIt) {
  Mine mine;
  SolverState& state = mine;
  EXPECT_EQ(&own_state<Mine>(state), &mine);
  const SolverState& constant = mine;
  EXPECT_EQ(own_state<Mine>(constant).value, 3);
  Other other;
  SolverState& wrong = other;
  EXPECT_THROW(static_cast<void>(own_state<Mine>(wrong)), LogicError);
}

}  // namespace
}  // namespace parfocal::testing
