// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "solvers/stage.h"

namespace parfocal {

/// What stands in the place of a stage when nothing learned may be in it.
struct ClassicalPart {
  std::string name;                    ///< In words, for the report.
  std::shared_ptr<const Stage> stage;  ///< Null: the stage is left out, the image passes.
};

/// Capability of a stage: something in it may be learned, and this is what there is without.
///
/// Invariants: the classical part takes and gives what the stage does, and no leaf of the stage
///             changes it.
/// Tested by:  tests/learned/unrolled/classical_solver_test.cpp, tests/conformance.
class LearnedStage {
 public:
  virtual ~LearnedStage() = default;
  /// False where the keys of the stage leave nothing to learn.
  [[nodiscard]] virtual bool has_learned() const { return true; }
  [[nodiscard]] virtual ClassicalPart classical() const { return {}; }
};

}  // namespace parfocal
