// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/task.h"
#include "core/operators/spectra_file.h"

namespace parfocal {

/// The map of `data.spectra`, checked against the channels, points and axis of the model.
/// \throws DataError naming both sizes.
[[nodiscard]] LoadedSpectra load_fitting_spectra(const Experiment& experiment,
                                                 const Pipeline& pipeline,
                                                 datasets::ImageFileLoader& files);

/// Task reconstruct on a map of spectra: stages that keep a record of it, or a solver.
///
/// Layout:     results/object.ome.tif with a channel per species, object.npy; what every stage shows
///             under its name, and `measurement`: total signal and mean spectrum. With labels the
///             summary holds `separation_LABEL`, the area under the curve of the map that stands for
///             the class, and the least of them as `separation`.
/// Invariants: the same experiment gives the same bytes; missing points stay missing (NaN).
/// Tested by:  tests/apps/spectra_test.cpp.
[[nodiscard]] TaskResult run_spectra(const Experiment& experiment, const Placement& placement,
                                     datasets::ImageFileLoader& files,
                                     const std::filesystem::path& folder, const RunHooks& hooks);

}  // namespace parfocal
