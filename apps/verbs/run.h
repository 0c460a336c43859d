// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/run_session.h"
#include "apps/verbs/verbs.h"

namespace parfocal {

/// Does what `file` says in the folder of `start`, reports it, and prints the key numbers.
[[nodiscard]] ExitCode run_experiment(const ExperimentFile& file, const Runtime& runtime,
                                      RunStart start, const VerbContext& context);

}  // namespace parfocal
