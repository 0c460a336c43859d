// SPDX-License-Identifier: Apache-2.0
#include "apps/result_images.h"
#include "apps/task.h"

namespace parfocal {

TaskResult run_simulate(const Experiment& experiment, const Placement& placement,
                        datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                        const RunHooks& hooks) {
  hooks.stage("build");
  const Pipeline pipeline(experiment, placement, files);
  hooks.stage("simulate");
  const SimulatedFrame frame = simulate_frame(experiment, pipeline);
  if (hooks.cancelled()) return {Summary(), true};
  hooks.progress(1, 1, std::nullopt);
  hooks.stage("write");
  const ResultImages images(folder / "results", experiment.output, hooks.provenance(),
                            pipeline.sensor_grid());
  images.write_main("measurement", frame.counts.cpu(), "");
  images.write("expected", frame.expected.cpu());
  images.write("truth", frame.object.cpu());
  images.write("psf", pipeline.point_response().unsqueeze(0).cpu());

  const at::Tensor expected = frame.expected.to(at::kDouble);
  const at::Tensor counts = frame.counts.to(at::kDouble);
  TaskResult result;
  result.summary.add("object_mean", frame.object.to(at::kDouble).mean().item<double>(), "photon");
  result.summary.add("expected_mean", expected.mean().item<double>(), "photon");
  result.summary.add("expected_max", expected.max().item<double>(), "photon");
  result.summary.add("measurement_mean", counts.mean().item<double>());
  result.summary.add("measurement_min", counts.min().item<double>());
  result.summary.add("measurement_max", counts.max().item<double>());
  return result;
}

TaskResult run_task(const Experiment& experiment, const Placement& placement,
                    datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                    const RunHooks& hooks) {
  switch (experiment.task) {
    case Task::kReconstruct:
      return run_reconstruct(experiment, placement, files, folder, hooks);
    case Task::kSimulate:
      return run_simulate(experiment, placement, files, folder, hooks);
  }
  return {};
}

}  // namespace parfocal
