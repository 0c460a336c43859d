// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <map>
#include <optional>
#include <string>

#include "apps/convergence_table.h"
#include "apps/design_evaluation.h"
#include "apps/result_images.h"
#include "apps/task.h"
#include "apps/tolerance.h"
#include "apps/view_files.h"
#include "core/error.h"
#include "learned/losses/loss.h"
#include "learned/training/trainer.h"

namespace parfocal {
namespace {

/// The instrument, what it looks at, and how it is judged.
struct Design {
  Pipeline pipeline;
  std::shared_ptr<SampleSource> scene;
  std::shared_ptr<Loss> loss;
  std::string score_name;
  std::int64_t samples = 1;  ///< Held out: 0 .. samples - 1.

  /// What the loss looks at: objects from `first` on where it needs any.
  [[nodiscard]] Trial trial(std::uint64_t first, std::int64_t count) const {
    Trial trial{*pipeline.model(), *pipeline.detector(), scene->photons(), {}, {}};
    if (!loss->needs_estimate()) return trial;
    const ReconstructedSamples samples = reconstruct_samples(pipeline, *scene, first, count);
    trial.object = samples.object;
    trial.estimate = samples.estimate;
    trial.image = samples.image;
    trial.reconstruct = [this](const at::Tensor& image) {
      return reconstruct(pipeline, *scene, image);
    };
    trial.seed = pipeline.placement().seed;
    trial.first_sample = first;
    return trial;
  }
  /// On the samples that are not trained on.
  [[nodiscard]] Trial held_out() const { return trial(0, samples); }
  [[nodiscard]] double score() const {
    const at::NoGradGuard no_grad;
    return loss->score(loss->value(held_out()).item<double>());
  }
};

/// What a loss that compares reconstructions needs besides a closed-form one.
void check_samples(const OptimizeBlock& block, const Design& design) {
  const std::string loss = "optimize.loss " + design.score_name;
  if (design.pipeline.stages().empty()) {
    throw UsageError(loss + " compares reconstructions; give reconstruction.stages");
  }
  if (block.first_sample < design.samples) {
    throw UsageError("optimize.first_sample = " + std::to_string(block.first_sample) +
                     ": evaluate.samples judges objects 0 to " +
                     std::to_string(design.samples - 1) + "; train on later ones");
  }
  if (block.keep == OptimizeBlock::Keep::kBest) {
    throw UsageError("optimize.keep = best: each step of " + design.score_name +
                     " sees other objects, so their losses do not compare; keep: last");
  }
}

Design make_design(const Experiment& experiment, const Placement& placement,
                   datasets::ImageFileLoader& files) {
  Design design{Pipeline(experiment, placement, files), {}, {}, {}};
  if (experiment.evaluate) design.samples = experiment.evaluate->samples;
  const BuildContext& context = design.pipeline.context();
  design.scene = build<SampleSource>(experiment.scene, context);
  design.loss = build<Loss>(experiment.optimize->loss, context);
  design.score_name = number_name(experiment.optimize->loss);
  if (design.loss->needs_estimate()) check_samples(*experiment.optimize, design);
  if (experiment.evaluate && experiment.evaluate->tolerance) {
    check_tolerance(*experiment.evaluate->tolerance, design.pipeline.parameters());
  }
  return design;
}

/// False if it was cancelled between two steps.
bool train(Design& design, Trainer& trainer, const OptimizeBlock& block,
           const std::filesystem::path& folder, const RunHooks& hooks) {
  ConvergenceTable table(folder / "metrics.csv");
  const auto loss = [&] {
    design.pipeline.refresh();
    const std::int64_t first = block.first_sample + trainer.step_count() * block.batch;
    return design.loss->value(design.trial(static_cast<std::uint64_t>(first), block.batch));
  };
  while (!trainer.is_done()) {
    if (hooks.cancelled()) return false;
    const double value = trainer.step(loss);
    table.append(0, trainer.step_count(), {{"loss", {value}}});
    hooks.progress(static_cast<std::uint64_t>(trainer.step_count()),
                   static_cast<std::uint64_t>(trainer.steps()), value);
  }
  trainer.finish(loss);
  const at::NoGradGuard no_grad;
  design.pipeline.refresh();
  return true;
}

using Views = std::map<std::string, Shown>;

Views views_of(const Experiment& experiment, const Design& design) {
  const at::NoGradGuard no_grad;
  Views views;
  for (const NamedView& named : build_views(experiment, design.pipeline)) {
    views.emplace(named.name, named.view->show());
  }
  return views;
}

/// Every view as it ended, behind the fields and curves with which it started.
void write_views(const Experiment& experiment, const Views& start, const Views& end,
                 ViewFiles& files, Summary& summary) {
  for (const NamedComponent& named : experiment.views) {
    Shown shown = end.at(named.name);
    const auto before = start.find(named.name);
    if (before != start.end()) {
      FieldSet fields;
      for (Field field : before->second.fields.all()) {
        field.name += "_start";
        fields.add(std::move(field));
      }
      for (const Field& field : shown.fields.all()) fields.add(field);
      shown.fields = std::move(fields);
      for (Curve curve : before->second.curves) {
        curve.name += "_start";
        shown.curves.push_back(std::move(curve));
      }
    }
    files.write(named.name, shown, summary);
  }
  files.finish();
}

void add_condition_scores(const Design& design, Summary& summary) {
  const at::NoGradGuard no_grad;
  const at::Tensor scores = design.loss->condition_scores(design.held_out());
  if (!scores.defined() || scores.numel() < 2) return;
  for (std::int64_t k = 0; k < scores.numel(); ++k) {
    summary.add(design.score_name + "_condition_" + std::to_string(k), scores[k].item<double>(),
                design.loss->score_unit());
  }
}

void write_images(const Experiment& experiment, const Design& design,
                  const std::filesystem::path& folder, const RunHooks& hooks) {
  const at::NoGradGuard no_grad;
  const ResultImages images(folder / "results", experiment.output, hooks.provenance(),
                            design.pipeline.sensor_grid());
  images.write("psf", design.pipeline.point_response().unsqueeze(0).cpu());
  const ReconstructedSamples first = reconstruct_samples(design.pipeline, *design.scene, 0, 1);
  images.write("measurement", first.image.cpu());
  images.write("truth", first.object.cpu());
  if (!design.pipeline.stages().empty()) images.write_main("object", first.estimate.cpu(), "1");
}

}  // namespace

void check_design(const Experiment& experiment, const Placement& placement,
                  datasets::ImageFileLoader& files) {
  Design design = make_design(experiment, placement, files);
  static_cast<void>(Trainer(*experiment.optimize, design.pipeline.parameters()));
}

TaskResult run_design(const Experiment& experiment, const Placement& placement,
                      datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                      const RunHooks& hooks) {
  hooks.stage("build");
  Design design = make_design(experiment, placement, files);
  Trainer trainer(*experiment.optimize, design.pipeline.parameters());
  TaskResult result;
  Views start;
  std::optional<double> start_score;
  if (trainer.steps() > 0) {
    start_score = design.score();
    start = views_of(experiment, design);
    hooks.stage("design");
    if (!train(design, trainer, *experiment.optimize, folder, hooks)) return {Summary(), true};
  }
  hooks.stage("evaluate");
  const std::string unit = design.loss->score_unit();
  result.summary.add(design.score_name, design.score(), unit);
  if (start_score) result.summary.add(design.score_name + "_start", *start_score, unit);
  add_condition_scores(design, result.summary);
  add_metrics(experiment, design.pipeline, *design.scene, result.summary);
  if (experiment.evaluate && experiment.evaluate->tolerance) {
    add_tolerance(
        *experiment.evaluate->tolerance, placement.seed, design.pipeline.parameters(),
        design.score_name, design.loss->score_unit(), design.loss->higher_is_better(),
        [&design] {
          design.pipeline.refresh();
          return design.score();
        },
        result.summary);
    design.pipeline.refresh();
  }
  result.summary.add("steps", static_cast<double>(trainer.steps()));
  if (hooks.cancelled()) return {Summary(), true};
  hooks.stage("write");
  ViewFiles views(folder / "results", hooks.provenance());
  write_views(experiment, start, views_of(experiment, design), views, result.summary);
  write_images(experiment, design, folder, hooks);
  return result;
}

}  // namespace parfocal
