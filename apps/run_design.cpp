// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/classical.h"
#include "apps/design.h"
#include "apps/design_evaluation.h"
#include "apps/design_training.h"
#include "apps/design_uncertainty.h"
#include "apps/result_images.h"
#include "apps/task.h"
#include "apps/tolerance.h"
#include "apps/view_files.h"

namespace parfocal {
namespace {

using Views = std::map<std::string, Shown>;
constexpr const char* kModelView = "model";  ///< Of a model that shows something itself.

Views views_of(const Experiment& experiment, const Design& design) {
  const at::NoGradGuard no_grad;
  Views views;
  for (const NamedView& named : build_views(experiment, design.pipeline)) {
    views.emplace(named.name, named.view->show());
  }
  if (const auto* model = dynamic_cast<const View*>(design.pipeline.model().get())) {
    views.emplace(kModelView, model->show());
  }
  if (design.loss && !design.loss->needs_estimate()) {
    Shown shown = design.loss->show(design.held_out());
    shown.numbers.clear();
    views.emplace(experiment.optimize->loss.type->name, std::move(shown));
  }
  return views;
}

/// A view as it ended, behind the fields and curves with which it started.
Shown beside_start(const Shown& start, Shown shown) {
  FieldSet fields;
  for (Field field : start.fields.all()) {
    field.name += "_start";
    fields.add(std::move(field));
  }
  for (const Field& field : shown.fields.all()) fields.add(field);
  shown.fields = std::move(fields);
  for (Curve curve : start.curves) {
    curve.name += "_start";
    shown.curves.push_back(std::move(curve));
  }
  return shown;
}

/// The views in the order of the experiment, then those of model and loss.
void write_views(const Experiment& experiment, const Views& start, const Views& end,
                 ViewFiles& files, Summary& summary) {
  std::vector<std::string> names;
  for (const NamedComponent& named : experiment.views) names.push_back(named.name);
  for (const auto& [name, shown] : end) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  for (const std::string& name : names) {
    const auto before = start.find(name);
    files.write(name,
                before == start.end() ? end.at(name) : beside_start(before->second, end.at(name)),
                summary);
  }
  files.finish();
}

void add_scores(const Experiment& experiment, const Design& design,
                std::optional<double> start_score, Classical* classical, Summary& summary) {
  const at::NoGradGuard no_grad;
  if (design.scene) {
    add_metrics(experiment, design.pipeline, *design.scene, classical, summary);
  }
  if (!design.loss) return;
  const std::string unit = design.loss->score_unit();
  summary.add(design.score_name, design.score(), unit);
  if (start_score) summary.add(design.score_name + "_start", *start_score, unit);
  if (!design.loss->needs_estimate()) {
    for (const KeyNumber& number : design.loss->show(design.held_out()).numbers) {
      summary.add(number.name, number.value, number.unit);
    }
  }
  const at::Tensor scores = design.loss->condition_scores(design.held_out());
  if (scores.defined() && scores.numel() > 1) {
    for (std::int64_t k = 0; k < scores.numel(); ++k) {
      summary.add(design.score_name + "_condition_" + std::to_string(k), scores[k].item<double>(),
                  unit);
    }
  }
}

void add_tolerances(const Experiment& experiment, const Placement& placement, Design& design,
                    Summary& summary) {
  if (!experiment.evaluate || !experiment.evaluate->tolerance) return;
  add_tolerance(
      *experiment.evaluate->tolerance, placement.seed, design.pipeline.parameters(),
      design.score_name, design.loss->score_unit(), design.loss->higher_is_better(),
      [&design] {
        design.pipeline.refresh();
        return design.score();
      },
      summary);
  design.pipeline.refresh();
}

std::optional<DesignUncertainty> add_uncertainty(const Experiment& experiment, const Design& design,
                                                 const RunHooks& hooks, Summary& summary) {
  if (!experiment.evaluate || !experiment.evaluate->uncertainty) return std::nullopt;
  const UncertaintyBlock& block = *experiment.evaluate->uncertainty;
  const std::string caveat = DesignUncertainty::caveat(block, design.pipeline);
  if (!caveat.empty()) hooks.warning(caveat);
  DesignUncertainty found(block, design);
  found.add_to(summary);
  return found;
}

/// The same sample without anything learned, and what is to be said of it.
void write_classical(const Design& design, const ReconstructedSamples& sample, Classical& classical,
                     const ResultImages& images, const std::filesystem::path& folder,
                     const RunHooks& hooks) {
  const at::Tensor estimate = classical.apply(
      sample.image,
      {*design.pipeline.model(), *design.pipeline.detector(), design.scene->photons()});
  if (const std::string caveat = classical.caveat(); !caveat.empty()) hooks.warning(caveat);
  if (!estimate.defined()) return;
  images.write_result(design.pipeline.unknowns(), estimate.cpu(), "1", Classical::kSuffix);
  classical.write_name(folder / "results");
}

void write_images(const Experiment& experiment, const Design& design,
                  const std::optional<DesignUncertainty>& uncertainty,
                  std::optional<Classical>& classical, const std::filesystem::path& folder,
                  const RunHooks& hooks) {
  const at::NoGradGuard no_grad;
  const ResultImages images(folder / "results", experiment.output, hooks.provenance(),
                            design.pipeline.sensor_grid());
  images.write("psf", design.pipeline.point_response().cpu());
  const ReconstructedSamples first = reconstruct_samples(design.pipeline, *design.scene, 0, 1);
  images.write("measurement", first.image.cpu());
  images.write_truth(design.pipeline.unknowns(), first.object.cpu());
  if (!design.pipeline.stages().empty()) {
    images.write_result(design.pipeline.unknowns(), first.estimate.cpu(), "1");
  }
  if (classical) write_classical(design, first, *classical, images, folder, hooks);
  if (!uncertainty) return;
  images.write("object_deviation", uncertainty->first_deviation());
  uncertainty->write_reliability(folder / "results" / "reliability.csv");
}

}  // namespace

void check_design(const Experiment& experiment, const Placement& placement,
                  datasets::ImageFileLoader& files) {
  Design design(experiment, placement, files);
  if (experiment.optimize) static_cast<void>(DesignTraining(design, experiment, files));
}

TaskResult run_design(const Experiment& experiment, const Placement& placement,
                      datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                      const RunHooks& hooks) {
  hooks.stage("build");
  Design design(experiment, placement, files);
  std::optional<DesignTraining> training;
  if (experiment.optimize) training.emplace(design, experiment, files);
  const std::int64_t steps = training ? training->steps() : 0;
  TaskResult result;
  Views start;
  std::optional<double> start_score;
  if (steps > 0) {
    start_score = design.score();
    start = views_of(experiment, design);
    hooks.stage("design");
    if (!training->run(folder, hooks)) return {Summary(), true};
  }
  hooks.stage("evaluate");
  auto classical = Classical::of(experiment, design.pipeline);
  add_scores(experiment, design, start_score, classical ? &*classical : nullptr, result.summary);
  const auto uncertainty = add_uncertainty(experiment, design, hooks, result.summary);
  add_tolerances(experiment, placement, design, result.summary);
  if (training) result.summary.add("steps", static_cast<double>(steps));
  if (hooks.cancelled()) return {Summary(), true};
  hooks.stage("write");
  ViewFiles views(folder / "results", hooks.provenance());
  write_views(experiment, start, views_of(experiment, design), views, result.summary);
  if (design.scene) write_images(experiment, design, uncertainty, classical, folder, hooks);
  if (steps > 0) training->write_parameters(folder / "results" / "parameters.safetensors");
  return result;
}

}  // namespace parfocal
