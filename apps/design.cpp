// SPDX-License-Identifier: Apache-2.0
#include "apps/design.h"

#include <ATen/core/grad_mode.h>

#include "apps/design_evaluation.h"
#include "apps/design_uncertainty.h"
#include "apps/tolerance.h"
#include "core/check.h"
#include "core/error.h"

namespace parfocal {
namespace {

/// What a loss that compares reconstructions needs besides a closed-form one.
void check_samples(const OptimizeBlock& block, const Design& design) {
  const std::string loss = "optimize.loss " + design.score_name;
  if (design.pipeline.stages().empty()) {
    throw UsageError(loss + " compares reconstructions; give reconstruction.stages");
  }
  const std::int64_t kept = design.samples + (block.validation ? block.validation->samples : 0);
  if (block.first_sample < kept) {
    throw UsageError("optimize.first_sample = " + std::to_string(block.first_sample) +
                     ": evaluate.samples" +
                     (block.validation ? " and optimize.validation judge" : " judges") +
                     " objects 0 to " + std::to_string(kept - 1) + "; train on later ones");
  }
  if (block.keep == OptimizeBlock::Keep::kBest && !block.validation) {
    throw UsageError("optimize.keep = best: each step of " + design.score_name +
                     " sees other objects, so their losses do not compare; keep: last, or give "
                     "optimize.validation");
  }
}

}  // namespace

Design::Design(const Experiment& experiment, const Placement& placement,
               datasets::ImageFileLoader& files)
    : pipeline(experiment, placement, files) {
  if (experiment.evaluate) samples = experiment.evaluate->samples;
  const BuildContext& context = pipeline.context();
  if (experiment.scene) scene = build<SampleSource>(experiment.scene, context);
  if (experiment.evaluate && experiment.evaluate->uncertainty) {
    check_uncertainty(*experiment.evaluate->uncertainty, samples, pipeline);
  }
  if (!experiment.optimize) return;
  loss = build<Loss>(experiment.optimize->loss, context);
  score_name = number_name(experiment.optimize->loss);
  if (loss->needs_estimate()) check_samples(*experiment.optimize, *this);
  if (experiment.optimize->before) {
    earlier_loss = build<Loss>(experiment.optimize->before->loss, context);
    if (earlier_loss->needs_estimate() && pipeline.stages().empty()) {
      throw UsageError("optimize.before.loss compares reconstructions; give reconstruction.stages");
    }
  }
  if (experiment.evaluate && experiment.evaluate->tolerance) {
    check_tolerance(*experiment.evaluate->tolerance, pipeline.parameters());
  }
}

Trial Design::trial(const Loss& of, std::int64_t first, std::int64_t count) const {
  Trial trial{*pipeline.model(), *pipeline.detector(), scene ? scene->photons() : 1.0, {}, {}};
  if (!of.needs_estimate()) return trial;
  const ReconstructedSamples found =
      reconstruct_samples(pipeline, *scene, static_cast<std::uint64_t>(first), count);
  trial.object = found.object;
  trial.estimate = found.estimate;
  trial.image = found.image;
  trial.variance = found.variance;
  trial.reconstruct = [this](const at::Tensor& image) {
    return reconstruct(pipeline, *scene, image);
  };
  trial.seed = pipeline.placement().seed;
  trial.first_sample = static_cast<std::uint64_t>(first);
  return trial;
}

double Design::score() const {
  PARFOCAL_CHECK(loss != nullptr);
  const at::NoGradGuard no_grad;
  return loss->score(loss->value(held_out()).item<double>());
}

}  // namespace parfocal
