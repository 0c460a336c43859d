// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/experiment.h"
#include "apps/runtime.h"
#include "apps/task.h"

namespace parfocal {

/// Every variant of `compare` with every seed, in `folder`/variants/NAME/seed_N/, and one table.
///
/// Layout:     the summary holds NAME_VARIANT (the mean over seeds) for every number of a variant,
///             and NAME_VARIANT_std with several seeds; without `compare`, NAME and NAME_std.
///             Of a design, for every loss and metric: NAME, the best of the designs that were
///             sought; NAME_best_fixed, the best of the others; NAME_VARIANT_best over its seeds.
/// Invariants: every variant sees the same data; different numbers of steps are warned of.
/// Tested by:  tests/apps/compare_test.cpp.
[[nodiscard]] TaskResult run_compare(const ExperimentFile& file, const Runtime& runtime,
                                     datasets::ImageFileLoader& files,
                                     const std::filesystem::path& folder, const RunHooks& hooks);

}  // namespace parfocal
