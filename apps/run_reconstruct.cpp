// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "apps/classical.h"
#include "apps/convergence_table.h"
#include "apps/frames.h"
#include "apps/model_fit.h"
#include "apps/result_images.h"
#include "apps/task.h"
#include "apps/view_files.h"
#include "core/error.h"
#include "solvers/data_term.h"
#include "solvers/priors/total_variation.h"

namespace parfocal {
namespace {

/// What one run collects from its blocks.
struct Collected {
  std::vector<at::Tensor> counts, object, residual, truth;
  std::vector<at::Tensor> classical;  ///< Beside each object, where something is learned.
  std::int64_t frames = 0;
  std::int64_t iterations = 0;
  std::int64_t masked_pixels = 0;
  double residual_squares = 0, target_squares = 0, classical_squares = 0;
  std::optional<BandSquares> in_band;        ///< Where the model names one.
  std::optional<AlternativeChoice> choice;   ///< What was open in the model.
  std::map<std::string, double> final_sums;  ///< Of the last monitored numbers, over frames.
  bool cancelled = false;
};

double sum_of_squares(const at::Tensor& values) {
  const std::vector<double> sums = to_vector(sum_per_item(values.to(at::kDouble).square()));
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

void add_outcome(const SolveReport& report, Collected& all) {
  for (const ItemOutcome& item : report.items) {
    all.iterations = std::max(all.iterations, item.iterations);
    all.cancelled = all.cancelled || item.stopped_by == "cancelled";
  }
  if (report.history.empty()) return;
  for (const auto& [name, per_item] : report.history.back().values) {
    all.final_sums[name] += std::accumulate(per_item.begin(), per_item.end(), 0.0);
  }
}

/// What is expected of an estimate; where the model sees one object under several conditions, stages
/// give an object for each.
at::Tensor expected_of(const Pipeline& pipeline, const at::Tensor& estimate) {
  const std::int64_t conditions = pipeline.model()->range()[0];
  if (pipeline.model()->domain()[0] != 1 || conditions == 1 || estimate.size(1) != conditions) {
    return pipeline.expected(estimate);
  }
  std::vector<at::Tensor> images;
  for (std::int64_t k = 0; k < conditions; ++k) {
    images.push_back(pipeline.expected(estimate.narrow(1, k, 1)).narrow(1, k, 1));
  }
  return at::cat(images, 1);
}

/// What an estimate leaves of a measurement, in the pixels that count.
at::Tensor residual_of(const Pipeline& pipeline, const DataTerm& term, const at::Tensor& estimate) {
  const at::Tensor counting = term.weight.gt(0).to(term.target.scalar_type());
  return (term.target - expected_of(pipeline, estimate)) * counting;
}

void add_block(const Pipeline& pipeline, const Problem& problem, const FrameBlock& block,
               const SolveResult& solved, const at::Tensor& classical, Collected& all) {
  add_outcome(solved.report, all);
  if (all.cancelled) return;
  const DataTerm term = data_term_of(problem, pipeline.placement().device);
  const at::Tensor residual = residual_of(pipeline, term, solved.estimate);
  all.residual_squares += sum_of_squares(residual);
  all.target_squares += sum_of_squares(term.target);
  if (const auto squares = band_squares(*pipeline.model(), residual, term.target)) {
    if (!all.in_band) all.in_band.emplace();
    all.in_band->residual += squares->residual;
    all.in_band->target += squares->target;
  }
  all.masked_pixels += term.weight.expand_as(term.target).eq(0).sum().item<std::int64_t>();
  all.counts.push_back(block.counts.cpu());
  all.object.push_back(solved.estimate.cpu());
  all.residual.push_back(residual.cpu());
  if (classical.defined()) {
    all.classical_squares += sum_of_squares(residual_of(pipeline, term, classical));
    all.classical.push_back(classical.cpu());
  }
  if (block.truth.defined()) all.truth.push_back(block.truth.cpu());
}

SolveOptions options_of(const RunHooks& hooks, ConvergenceTable& table, std::int64_t first_frame,
                        std::int64_t block_number, std::int64_t blocks) {
  SolveOptions options;
  options.cancelled = hooks.cancelled;
  options.progress = [&hooks, &table, first_frame, block_number, blocks](
                         std::int64_t iteration, std::int64_t total, const Monitor* monitor) {
    std::optional<double> objective;
    if (monitor != nullptr) {
      table.append(first_frame, iteration, *monitor);
      const auto found = monitor->find("objective");
      if (found != monitor->end() && !found->second.empty()) objective = found->second.front();
    }
    hooks.progress(static_cast<std::uint64_t>(block_number * total + iteration),
                   static_cast<std::uint64_t>(blocks * total), objective);
  };
  return options;
}

/// How many terms the monitored share refers to: one per difference, or per gradient vector.
void add_total_variation_terms(const Pipeline& pipeline, const Collected& all, Summary& summary) {
  if (!all.final_sums.contains("tv_active_fraction")) return;
  for (const auto& prior : pipeline.priors()) {
    const auto* variation = dynamic_cast<const solvers::TotalVariation*>(prior.get());
    if (variation == nullptr) continue;
    const bool anisotropic = variation->params().kind == solvers::TvKind::kAnisotropic;
    const std::int64_t unknowns = pipeline.unknowns_per_frame(all.object.front().size(1));
    summary.add("tv_terms", static_cast<double>((anisotropic ? 2 : 1) * unknowns * all.frames));
  }
}

/// How near an object comes to the true one.
void add_comparison(const Experiment& experiment, const Pipeline& pipeline,
                    const at::Tensor& object, const Collected& all, const std::string& suffix,
                    Summary& summary) {
  if (all.truth.empty()) return;
  const at::Tensor truth = at::cat(all.truth).to(at::kDouble).expand_as(object).contiguous();
  if (experiment.scene) {
    summary.add("relative_error" + suffix,
                std::sqrt(sum_of_squares(object - truth) / sum_of_squares(truth)));
  }
  if (!experiment.evaluate) return;
  for (const ComponentConfig& config : experiment.evaluate->metrics) {
    const auto metric = build<Metric>(config, pipeline.context());
    const double mean = metric->evaluate(object, truth).to(at::kDouble).mean().item<double>();
    summary.add(number_name(config) + suffix, mean, metric->unit());
  }
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The same of the result without anything learned, and how it was found.
void add_classical(const Experiment& experiment, const Pipeline& pipeline,
                   const Classical& classical, const Collected& all, Summary& summary) {
  const std::string suffix = Classical::kSuffix;
  summary.add("relative_residual" + suffix, std::sqrt(all.classical_squares / all.target_squares));
  if (!classical.weights().empty()) {
    summary.add("total_variation_weight" + suffix, mean_of(classical.weights()));
    summary.add("misfit" + suffix, mean_of(classical.misfits()));
  }
  add_comparison(experiment, pipeline, at::cat(all.classical).to(at::kDouble), all, suffix,
                 summary);
}

void add_range(const std::string& name, const at::Tensor& values, const std::string& unit,
               Summary& summary) {
  summary.add(name + "_min", values.min().item<double>(), unit);
  summary.add(name + "_max", values.max().item<double>(), unit);
  summary.add(name + "_mean", values.mean().item<double>(), unit);
}

/// Range and percentiles of each quantity; between two values a percentile is interpolated.
void add_unknowns(const std::vector<Unknown>& unknowns, const at::Tensor& object,
                  Summary& summary) {
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    const std::string& name = unknowns[k].name;
    const std::string unit = unknowns[k].unit == "1" ? "" : unknowns[k].unit;
    const at::Tensor values = object.select(1, static_cast<std::int64_t>(k));
    add_range(name, values, unit, summary);
    const at::Tensor sorted = std::get<0>(values.flatten().sort());
    for (const int percent : {1, 99}) {
      const double place = 0.01 * percent * static_cast<double>(sorted.numel() - 1);
      const auto below = static_cast<std::int64_t>(place);
      const double low = sorted[below].item<double>();
      const double high = sorted[std::min(below + 1, sorted.numel() - 1)].item<double>();
      summary.add(name + "_percentile_" + std::to_string(percent),
                  low + (place - static_cast<double>(below)) * (high - low), unit);
    }
  }
}

Summary summary_of(const Experiment& experiment, const Pipeline& pipeline, const Collected& all) {
  const std::string unit = experiment.data ? "" : "photon";
  const at::Tensor object = at::cat(all.object).to(at::kDouble);
  const auto frames = static_cast<double>(all.frames);
  Summary summary;
  summary.add("frames", frames);
  summary.add("iterations", static_cast<double>(all.iterations));
  summary.add("unknowns", static_cast<double>(pipeline.unknowns_per_frame(object.size(1))));
  summary.add("masked_pixels", static_cast<double>(all.masked_pixels), "px");
  for (const auto& [name, sum] : all.final_sums) summary.add(name, sum / frames);
  add_total_variation_terms(pipeline, all, summary);
  summary.add("relative_residual", std::sqrt(all.residual_squares / all.target_squares));
  if (all.in_band) summary.add("model_residual", all.in_band->relative());
  if (all.choice) all.choice->add_to(summary);
  if (pipeline.unknowns().empty()) {
    summary.add("object_l2_norm", std::sqrt(sum_of_squares(object)), unit);
    add_range("object", object, unit, summary);
  }
  add_unknowns(pipeline.unknowns(), object, summary);
  add_comparison(experiment, pipeline, object, all, "", summary);
  return summary;
}

/// What stages see of one block: object values. Files hold values, whose counts are photons times as
/// large; a scene gives counts, and its objects are photons.
struct StageView {
  StageView(const Experiment& experiment, const Pipeline& pipeline, const Problem& problem)
      : photons(experiment.data
                    ? experiment.data->photons.photons()
                    : build<SampleSource>(experiment.scene, pipeline.context())->photons()),
        scene{*pipeline.model(), *problem.likelihood, photons},
        image(problem.likelihood->quadratic(problem.counts * (experiment.data ? photons : 1.0))
                  .target /
              photons),
        unit(experiment.data ? 1.0 : photons) {
    if (!problem.mask.defined()) return;
    throw UsageError(
        "reconstruction.stages: the measurement has saturated or dead pixels, which stages cannot "
        "leave out; write data.saturated: keep");
  }

  double photons;
  StageScene scene;
  at::Tensor image;
  double unit;  ///< Of the result, in object values.
};

/// What the stages make of one block, as a solve without a history.
SolveResult run_stages(const Pipeline& pipeline, const StageView& view) {
  const at::NoGradGuard no_grad;
  at::Tensor image = view.image;
  for (const auto& stage : pipeline.stages()) image = stage->apply(image, view.scene);
  SolveResult solved;
  solved.estimate = image * view.unit;
  return solved;
}

/// The same without anything learned; undefined where there is none.
at::Tensor classical_of(const Experiment& experiment, const Pipeline& pipeline,
                        const Problem& problem, std::optional<Classical>& classical,
                        const RunHooks& hooks) {
  if (!classical) return {};
  if (pipeline.stages().empty()) return classical->fit(problem, hooks.cancelled);
  const StageView view(experiment, pipeline, problem);
  const at::Tensor found = classical->apply(view.image, view.scene);
  return found.defined() ? found * view.unit : found;
}

/// Settles what is open in the model, by the first frames.
void settle_model(Pipeline& pipeline, Problem& problem, const RunHooks& hooks, Collected& all) {
  all.choice = choose_alternative(pipeline, problem);
  if (!all.choice) return;
  hooks.warning(all.choice->sentence());
  pipeline.take_model(
      dynamic_cast<const Alternatives&>(*problem.model).alternative(all.choice->chosen));
  problem.model = pipeline.model();
}

}  // namespace

TaskResult run_reconstruct(const Experiment& experiment, const Placement& placement,
                           datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                           const RunHooks& hooks) {
  if (experiment.reconstruction->localize) {
    return run_localize(experiment, placement, files, folder, hooks);
  }
  hooks.stage("build");
  Pipeline pipeline(experiment, placement, files);
  std::optional<Classical> classical = Classical::of(experiment, pipeline);
  Frames frames(experiment, pipeline, files);
  ConvergenceTable table(folder / "metrics.csv");
  Collected all;
  const std::int64_t per_block = datasets::StackMeasurement::Options{}.block_frames;
  const std::int64_t blocks = (frames.count() + per_block - 1) / per_block;
  hooks.stage("reconstruct");
  for (std::int64_t number = 0; const std::optional<FrameBlock> block = frames.next(); ++number) {
    Problem problem{pipeline.model(), pipeline.detector(), pipeline.priors(), block->counts,
                    block->mask};
    if (number == 0) settle_model(pipeline, problem, hooks, all);
    const SolveResult solved = pipeline.stages().empty()
                                   ? solve(pipeline.solver(), problem,
                                           options_of(hooks, table, all.frames, number, blocks))
                                   : run_stages(pipeline, {experiment, pipeline, problem});
    add_block(pipeline, problem, *block, solved,
              classical_of(experiment, pipeline, problem, classical, hooks), all);
    all.frames += block->counts.size(0);
    if (all.cancelled || (classical && hooks.cancelled())) return {Summary(), true};
  }
  hooks.stage("write");
  Summary summary = summary_of(experiment, pipeline, all);
  const bool beside = classical && classical->failure().empty();
  if (beside) add_classical(experiment, pipeline, *classical, all, summary);
  if (classical && !classical->caveat().empty()) hooks.warning(classical->caveat());
  const ResultImages images(folder / "results", experiment.output, hooks.provenance(),
                            frames.grid() ? frames.grid() : pipeline.sensor_grid());
  const std::string unit = experiment.data ? "" : "photon";
  images.write_result(pipeline.unknowns(), at::cat(all.object), unit);
  if (beside) {
    images.write_result(pipeline.unknowns(), at::cat(all.classical), unit, Classical::kSuffix);
    classical->write_name(folder / "results");
  }
  images.write("measurement", at::cat(all.counts));
  images.write("residual", at::cat(all.residual));
  images.write("psf", pipeline.point_response().cpu());
  if (const auto* view = dynamic_cast<const View*>(pipeline.model().get())) {
    ViewFiles files_of_view(folder / "results", hooks.provenance());
    files_of_view.write("model", view->show(), summary);
    files_of_view.finish();
  }
  if (all.choice) all.choice->write(folder / "results" / (all.choice->property + ".csv"));
  if (!all.truth.empty()) images.write_truth(pipeline.unknowns(), at::cat(all.truth));
  return {summary, false};
}

}  // namespace parfocal
