// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/experiment.h"

namespace parfocal {

/// Reports a missing scene where the task looks at objects or their light, and what the block `evaluate` asks for and the task cannot give: a metric needs the true
/// object, a tolerance and an uncertainty need a design, and each number needs a name of its own.
///
/// Tested by: tests/apps/experiment_test.cpp, tests/apps/design_uncertainty_test.cpp,
///            tests/apps/emitter_design_test.cpp.
void check_evaluation(const Experiment& experiment, const Node& root, ReadContext& context);

}  // namespace parfocal
