// SPDX-License-Identifier: Apache-2.0
#include "apps/emitter_movie.h"
#include "apps/result_images.h"
#include "apps/run_spectra.h"
#include "apps/task.h"
#include "apps/view_files.h"

namespace parfocal {

namespace {

void simulate_measurement(const Experiment& experiment, const Pipeline& pipeline,
                          const std::filesystem::path& folder, const RunHooks& hooks,
                          Summary& summary) {
  const SimulatedFrame frame = simulate_frame(experiment, pipeline);
  const ResultImages images(folder / "results", experiment.output, hooks.provenance(),
                            pipeline.sensor_grid());
  images.write_main("measurement", frame.counts.cpu(), "");
  images.write("expected", frame.expected.cpu());
  images.write_truth(pipeline.unknowns(), frame.object.cpu());
  images.write("psf", pipeline.point_response().cpu());

  const std::string unit = pipeline.unknowns().empty() ? "photon" : "1";
  const at::Tensor expected = frame.expected.to(at::kDouble);
  const at::Tensor counts = frame.counts.to(at::kDouble);
  summary.add("object_mean", frame.object.to(at::kDouble).mean().item<double>(), unit);
  summary.add("expected_mean", expected.mean().item<double>(), unit);
  summary.add("expected_max", expected.max().item<double>(), unit);
  summary.add("measurement_mean", counts.mean().item<double>());
  summary.add("measurement_min", counts.min().item<double>());
  summary.add("measurement_max", counts.max().item<double>());
}

/// False if it was cancelled between two views.
bool show_views(const Experiment& experiment, const Pipeline& pipeline,
                const std::filesystem::path& folder, const RunHooks& hooks, Summary& summary) {
  const std::vector<NamedView> views = build_views(experiment, pipeline);
  ViewFiles files(folder / "results", hooks.provenance());
  for (std::size_t i = 0; i < views.size(); ++i) {
    const Shown shown = views[i].view->show();
    if (hooks.cancelled()) return false;
    files.write(views[i].name, shown, summary);
    hooks.progress(i + 1, views.size(), std::nullopt);
  }
  files.finish();
  return true;
}

}  // namespace

TaskResult run_simulate(const Experiment& experiment, const Placement& placement,
                        datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                        const RunHooks& hooks) {
  hooks.stage("build");
  const Pipeline pipeline(experiment, placement, files);
  TaskResult result;
  if (experiment.model) {
    hooks.stage("simulate");
    if (images_emitters(pipeline)) {
      if (!simulate_movie(experiment, pipeline, folder, hooks, result.summary)) {
        return {Summary(), true};
      }
    } else {
      simulate_measurement(experiment, pipeline, folder, hooks, result.summary);
      if (hooks.cancelled()) return {Summary(), true};
      hooks.progress(1, 1, std::nullopt);
    }
  }
  if (!experiment.views.empty()) {
    hooks.stage("views");
    if (!show_views(experiment, pipeline, folder, hooks, result.summary)) return {Summary(), true};
  }
  return result;
}

TaskResult run_task(const Experiment& experiment, const Placement& placement,
                    datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                    const RunHooks& hooks) {
  switch (experiment.task) {
    case Task::kReconstruct:
      if (experiment.data && experiment.data->spectra) {
        return run_spectra(experiment, placement, files, folder, hooks);
      }
      return run_reconstruct(experiment, placement, files, folder, hooks);
    case Task::kSimulate:
      return run_simulate(experiment, placement, files, folder, hooks);
    case Task::kTrain:
    case Task::kDesign:
    case Task::kEvaluate:
      return run_design(experiment, placement, files, folder, hooks);
  }
  return {};
}

}  // namespace parfocal
