// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "core/check.h"
#include "solvers/solver.h"

namespace parfocal {

/// The state of a solve as the solver that made it knows it.
///
/// Errors:    LogicError for the state of another solver.
/// Tested by: tests/solvers/own_state_test.cpp.
template <class Own, class State>
[[nodiscard]] auto& own_state(State& state) {
  using Wanted = std::conditional_t<std::is_const_v<State>, const Own, Own>;
  auto* own = dynamic_cast<Wanted*>(&state);
  PARFOCAL_CHECK(own != nullptr);
  return *own;
}

}  // namespace parfocal
