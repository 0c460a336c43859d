// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/experiment.h"
#include "apps/verbs/verbs.h"

namespace parfocal {

/// What `check` and `run --dry-run` do after the file was read.
[[nodiscard]] ExitCode check_experiment(const ExperimentFile& file, const Console& console);

}  // namespace parfocal
