// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "apps/experiment.h"
#include "apps/pipeline.h"
#include "apps/training_checkpoints.h"
#include "core/run/summary.h"
#include "datasets/image_files.h"

namespace parfocal {

/// What a computation tells the run that holds it, and asks from it.
struct RunHooks {
  std::function<bool()> cancelled;
  std::function<void(const std::string& stage)> stage;
  std::function<void(std::uint64_t done, std::uint64_t total, std::optional<double> objective)>
      progress;
  std::function<void(const std::string& sentence)> warning;
  /// Short provenance of the inputs read so far, embedded in every file that is written.
  std::function<std::string()> provenance;
  CheckpointPlan checkpoints;
  /// Told before and after the state of a training is written.
  std::function<void(std::int64_t step, bool written)> checkpoint;
  std::function<bool()> checkpoint_requested;  ///< By SIGUSR1.
};

struct TaskResult {
  Summary summary;
  bool cancelled = false;  ///< Then nothing was published.
};

/// Runs one experiment with one seed and writes metrics.csv and results/ into `folder`.
///
/// Layout:     results/object.ome.tif, psf.ome.tif, measurement.ome.tif, residual.ome.tif, and for
///             a simulated measurement truth.ome.tif; object.npy and object.png as `output` says.
///             Beside a learned result object_classical and the numbers NAME_classical, and
///             classical.txt, which says what it is (`Classical`).
/// Invariants: the same experiment, seed and threads give the same bytes.
/// Errors:     NumericError, DataError, UsageError of the parts.
/// Tested by:  tests/apps/run_test.cpp.
[[nodiscard]] TaskResult run_reconstruct(const Experiment& experiment, const Placement& placement,
                                         datasets::ImageFileLoader& files,
                                         const std::filesystem::path& folder,
                                         const RunHooks& hooks);

/// The same for single emitters (reconstruction.localize).
///
/// Layout:     results/emitters.hdf5 and .yaml (Picasso), emitters.csv (ThunderSTORM),
///             not_found.csv (spots whose fit found nothing, with the reason), rendering.ome.tif,
///             .npy and .png, mean_frame.ome.tif.
/// Invariants: every frame is read, every spot ends in one of the tables or is counted as lying at
///             the edge; memory is that of a block of frames and of the tables.
/// Errors:     UsageError where model or detector do not suit fits; DataError for frames of several
///             channels or another pitch.
/// Tested by:  tests/apps/localize_test.cpp.
[[nodiscard]] TaskResult run_localize(const Experiment& experiment, const Placement& placement,
                                      datasets::ImageFileLoader& files,
                                      const std::filesystem::path& folder, const RunHooks& hooks);

/// The same for a simulation: measurement, expected, truth and psf.
[[nodiscard]] TaskResult run_simulate(const Experiment& experiment, const Placement& placement,
                                      datasets::ImageFileLoader& files,
                                      const std::filesystem::path& folder, const RunHooks& hooks);

/// Finds the parameters that `optimize` names, and judges the instrument before and after.
///
/// Layout:     views with their fields and curves at the start as NAME_start, psf, one sample: measurement, truth and, where there
///             are stages, object, all in object values. Conditions stand on the channel axis.
///             The summary holds SCORE and SCORE_start of the loss, SCORE_condition_K, and the
///             metrics, beside learned stages those of `Classical` too; with `evaluate.uncertainty` the numbers and files of DesignUncertainty.
///             Without anything to train the instrument is judged as it is. All that was
///             found stands in parameters.safetensors under its dotted paths, with unit and scale.
/// Invariants: begun again where checkpoints lie, it goes on and writes the same bytes.
[[nodiscard]] TaskResult run_design(const Experiment& experiment, const Placement& placement,
                                    datasets::ImageFileLoader& files,
                                    const std::filesystem::path& folder, const RunHooks& hooks);

/// Builds a design and throws what its run would throw before the first step: paths that name
/// nothing, rates of another dimension, samples that would be judged and trained on.
void check_design(const Experiment& experiment, const Placement& placement,
                  datasets::ImageFileLoader& files);

/// Whichever of them `experiment.task` names.
[[nodiscard]] TaskResult run_task(const Experiment& experiment, const Placement& placement,
                                  datasets::ImageFileLoader& files,
                                  const std::filesystem::path& folder, const RunHooks& hooks);

}  // namespace parfocal
