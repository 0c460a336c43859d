// SPDX-License-Identifier: Apache-2.0
#include "apps/plan.h"

#include <algorithm>
#include <cmath>

#include "apps/counted_photons.h"
#include "apps/emitter_movie.h"
#include "apps/run_spectra.h"
#include "apps/task.h"
#include "learned/training/trainer.h"

namespace parfocal {
namespace {

double seconds_of(const Plan& plan, int threads) {
  const auto n = static_cast<double>(plan.unknowns_per_frame);
  const double transform_s = 1.4e-10 * n * std::log2(std::max(n, 2.0)) * (threads > 1 ? 0.6 : 1.0);
  return static_cast<double>(plan.frames * plan.iterations) * 6 * transform_s;
}

void take_measured_size(const Experiment& experiment, const Pipeline& pipeline,
                        datasets::ImageFileLoader& files, Plan& plan) {
  datasets::StackMeasurement source = measured_frames(*experiment.data, pipeline, files);
  const std::optional<Measurement> block = source.next_block();
  const at::Tensor& values = block->at("measurement").values;
  if (experiment.reconstruction && experiment.reconstruction->localize) {
    plan.n_y = values.size(2);
    plan.n_x = values.size(3);
  } else {
    pipeline.require_fit(values, "data.measurement");
    require_photon_counts(*pipeline.detector(), values, "data.measurement");
  }
  plan.frames = source.n_frames();
  plan.channels = values.size(1);
}

void take_movie_size(const EmitterMovie& movie, Plan& plan) {
  plan.frames = movie.scene().frames();
  plan.n_y = movie.scene().frame_size()[0];
  plan.n_x = movie.scene().frame_size()[1];
}

}  // namespace

Plan plan_of(const Experiment& experiment, const Placement& placement, int threads) {
  datasets::ImageFileLoader files;
  if (judges_instrument(experiment.task)) check_design(experiment, placement, files);
  const Pipeline pipeline(experiment, placement, files);
  Plan plan;
  plan.views = build_views(experiment, pipeline).size();
  if (!experiment.model) {
    plan.frames = 0;
    return plan;
  }
  const Shape range = pipeline.model()->range();
  plan.channels = range[0] / pipeline.detector()->colors();
  plan.n_y = range[1];
  plan.n_x = range[2];
  if (experiment.data && experiment.data->spectra) {
    static_cast<void>(load_fitting_spectra(experiment, pipeline, files));
  } else if (experiment.data) {
    take_measured_size(experiment, pipeline, files, plan);
  }
  if (experiment.scene && images_emitters(pipeline) && !judges_instrument(experiment.task)) {
    take_movie_size(EmitterMovie(experiment, pipeline), plan);
    return plan;
  }
  if (experiment.scene) plan.channels = simulate_frame(experiment, pipeline).counts.size(1);
  plan.unknowns_per_frame = pipeline.unknowns_per_frame(pipeline.object_channels(plan.channels));
  if (experiment.optimize) {
    const OptimizeBlock& block = *experiment.optimize;
    plan.training_steps =
        trained_parameters(block, pipeline.parameters()).empty() ? 0 : block.steps;
  }
  if (!experiment.reconstruction || !experiment.reconstruction->solver) return plan;
  plan.iterations = pipeline.solver().iterations();
  const std::int64_t block =
      std::min(plan.frames, datasets::StackMeasurement::Options{}.block_frames);
  plan.solver_bytes =
      static_cast<double>(block * plan.unknowns_per_frame) * pipeline.solver().bytes_per_unknown();
  plan.seconds = seconds_of(plan, threads);
  return plan;
}

std::vector<Plan> plans_of(const ExperimentFile& file, at::Device device, int threads) {
  std::vector<Plan> plans;
  const auto seed = static_cast<std::uint64_t>(file.experiment.runtime.seeds.front());
  for (const Variant& variant : file.variants) {
    plans.push_back(
        plan_of(variant.experiment, {dtype_of(variant.experiment), device, seed}, threads));
    plans.back().variant = variant.name;
  }
  if (plans.empty()) {
    plans.push_back(plan_of(file.experiment, {dtype_of(file.experiment), device, seed}, threads));
  }
  return plans;
}

}  // namespace parfocal
