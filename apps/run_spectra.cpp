// SPDX-License-Identifier: Apache-2.0
#include "apps/run_spectra.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/classical.h"
#include "apps/convergence_table.h"
#include "apps/counted_photons.h"
#include "apps/view_files.h"
#include "core/error.h"
#include "core/operators/linear_mixing.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/ome_tiff_writer.h"
#include "solvers/data_term.h"
#include "solvers/metrics/cluster_separation.h"
#include "solvers/record_stage.h"
#include "solvers/spectral/map_rows.h"

namespace parfocal {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

StageRecord record_of(const LoadedSpectra& loaded) {
  StageRecord record;
  record.image = loaded.values;
  record.measured = loaded.values;
  record.axis_per_m = loaded.shift_per_m;
  record.grid = loaded.grid;
  if (!loaded.measured.all().item<bool>()) {
    record.mask = loaded.measured.to(at::kDouble).expand_as(loaded.values);
  }
  return record;
}

/// What was measured, before anything is done to it.
Shown measurement_view(const StageRecord& record, const LoadedSpectra& loaded) {
  Shown shown;
  Field field;
  field.name = "total_signal";
  field.values = at::where(loaded.measured, record.image[0].sum(0), kNan)
                     .reshape({1, 1, record.image.size(2), record.image.size(3)});
  field.axes = "czyx";
  field.grid = record.grid;
  field.unit = "1";
  shown.fields.add(std::move(field));
  const at::Tensor mean = loaded.measured_spectra().mean(0);
  shown.curves.push_back(solvers::spectrum_curve(record, "", "mean_spectrum", mean));
  return shown;
}

/// Every stage in turn, each showing what it found under its name.
void run_stages(const Experiment& experiment, const Pipeline& pipeline, const RunHooks& hooks,
                StageRecord& record, ViewFiles& views, Summary& summary) {
  const StageScene scene{*pipeline.model(), *pipeline.detector(),
                         experiment.data->photons.photons()};
  const auto& stages = pipeline.stages();
  for (std::size_t i = 0; i < stages.size() && !hooks.cancelled(); ++i) {
    const auto* recording = dynamic_cast<const RecordStage*>(stages[i].get());
    if (recording != nullptr) {
      record = recording->process(std::move(record), scene);
      views.write(number_name(experiment.reconstruction->stages[i]), record.shown, summary);
      record.shown = {};
    } else if (record.mask.defined()) {
      throw UsageError(
          "reconstruction.stages: " + number_name(experiment.reconstruction->stages[i]) +
          " cannot leave out samples that do not count");
    } else {
      record.image = stages[i]->apply(record.image, scene);
    }
    hooks.progress(i + 1, stages.size(), std::nullopt);
  }
}

SolveOptions options_of(const RunHooks& hooks, ConvergenceTable& table) {
  SolveOptions options;
  options.cancelled = hooks.cancelled;
  options.progress = [&](std::int64_t iteration, std::int64_t total, const Monitor* monitor) {
    if (monitor != nullptr) table.append(0, iteration, *monitor);
    hooks.progress(static_cast<std::uint64_t>(iteration), static_cast<std::uint64_t>(total),
                   std::nullopt);
  };
  return options;
}

/// What an estimate leaves of the samples that count, relative to them.
double relative_residual(const Pipeline& pipeline, const DataTerm& term,
                         const at::Tensor& estimate) {
  const at::Tensor counting = term.weight.gt(0);
  const at::Tensor residual =
      ((term.target - pipeline.expected(estimate)) * counting).to(at::kDouble);
  return residual.norm().item<double>() /
         (term.target * counting).to(at::kDouble).norm().item<double>();
}

/// The shared solvers on the model of the map; with a learned prior the classical maps beside.
at::Tensor run_solver(const Pipeline& pipeline, const RunHooks& hooks, ConvergenceTable& table,
                      std::optional<Classical>& classical, StageRecord& record, Summary& summary) {
  const Placement& place = pipeline.placement();
  Problem problem{pipeline.model(),
                  pipeline.detector(),
                  pipeline.priors(),
                  record.measured.to(place.device, place.dtype),
                  {}};
  if (record.mask.defined()) {
    problem.mask = record.mask.to(place.device, place.dtype).contiguous();
  }
  const SolveResult solved = solve(pipeline.solver(), problem, options_of(hooks, table));
  const DataTerm term = data_term_of(problem, place.device);
  summary.add("iterations", static_cast<double>(solved.report.items.front().iterations));
  summary.add("relative_residual", relative_residual(pipeline, term, solved.estimate));
  record.image = solved.estimate.to(at::kCPU, at::kDouble);
  if (const auto* mixing = dynamic_cast<const LinearMixing*>(pipeline.model().get())) {
    record.channel_names = mixing->species();
  }
  if (!classical) return {};
  const at::Tensor beside = classical->fit(problem, hooks.cancelled);
  if (!beside.defined()) return {};
  const std::string suffix = Classical::kSuffix;
  summary.add("relative_residual" + suffix, relative_residual(pipeline, term, beside));
  summary.add("total_variation_weight" + suffix, classical->weights().front());
  summary.add("misfit" + suffix, classical->misfits().front());
  return beside.to(at::kCPU, at::kDouble);
}

Shown map_view(const StageRecord& record) {
  Shown shown;
  for (std::int64_t k = 0; k < record.image.size(1); ++k) {
    Field field;
    field.name = record.channel_names.at(static_cast<std::size_t>(k));
    field.values = record.image.narrow(1, k, 1);
    field.axes = "czyx";
    field.grid = record.grid;
    field.unit = "1";
    shown.fields.add(std::move(field));
  }
  return shown;
}

/// Shares of the maps at every point, against the labels of the file.
void add_separation(const StageRecord& record, const LoadedSpectra& loaded,
                    const std::string& suffix, Summary& summary) {
  if (!loaded.label.defined() || record.image.size(1) > 16) return;
  const at::Tensor share = (record.image[0] / record.image[0].sum(0, true))
                               .to(at::kDouble)
                               .reshape({record.image.size(1), -1});
  std::vector<std::vector<double>> maps;
  for (std::int64_t k = 0; k < share.size(0); ++k) maps.push_back(to_vector(share[k]));
  const at::Tensor flat = loaded.label.reshape({-1}).contiguous();
  const std::vector<std::int64_t> labels(flat.const_data_ptr<std::int64_t>(),
                                         flat.const_data_ptr<std::int64_t>() + flat.numel());
  double least = 1.0;
  const auto scores = solvers::cluster_scores(maps, labels, LoadedSpectra::kNoLabel);
  for (const solvers::ClusterScore& score : scores) {
    summary.add("separation_" + std::to_string(score.label) + suffix, score.area);
    least = std::min(least, score.area);
  }
  if (!scores.empty()) summary.add("separation" + suffix, least);
}

void write_object(const Experiment& experiment, const StageRecord& record,
                  const std::filesystem::path& results, const std::string& provenance,
                  const std::string& suffix = "") {
  formats::OmeMetadata metadata;
  if (record.grid) {
    metadata.pitch_y_m = record.grid->pitch_y_m;
    metadata.pitch_x_m = record.grid->pitch_x_m;
  }
  metadata.channel_names = record.channel_names;
  metadata.provenance_json = provenance;
  const at::Tensor image = record.image.to(at::kFloat);
  formats::write_ome_tiff(results / ("object" + suffix + ".ome.tif"),
                          datasets::array_from_tensor(image.unsqueeze(2)), metadata);
  if (!experiment.output.npy) return;
  formats::write_npy(results / ("object" + suffix + ".npy"), datasets::array_from_tensor(image));
}

}  // namespace

LoadedSpectra load_fitting_spectra(const Experiment& experiment, const Pipeline& pipeline,
                                   datasets::ImageFileLoader& files) {
  LoadedSpectra loaded = files.load_spectra("data.spectra", *experiment.data->spectra);
  const Shape range = pipeline.model()->range();
  const at::IntArrayRef sizes = loaded.values.sizes();
  if (sizes[1] != range[0] || sizes[2] != range[1] || sizes[3] != range[2]) {
    throw DataError(fmt::format(
        "data.spectra: {} channels at {} x {} points, but the model makes {} channels at {} x {}; "
        "use the same window, and the size of the map",
        sizes[1], sizes[2], sizes[3], range[0], range[1], range[2]));
  }
  require_photon_counts(*pipeline.detector(), loaded.values, "data.spectra");
  const auto* mixing = dynamic_cast<const LinearMixing*>(pipeline.model().get());
  if (mixing == nullptr || mixing->shift_per_m().empty()) return loaded;
  for (std::size_t j = 0; j < loaded.shift_per_m.size(); ++j) {
    if (std::abs(loaded.shift_per_m[j] - mixing->shift_per_m()[j]) <= 1.0) continue;
    throw DataError(
        fmt::format("data.spectra: channel {} is at {:.6g} 1/cm, in the model at {:.6g} 1/cm; "
                    "bring both to one "
                    "axis",
                    j, loaded.shift_per_m[j] / 100, mixing->shift_per_m()[j] / 100));
  }
  return loaded;
}

TaskResult run_spectra(const Experiment& experiment, const Placement& placement,
                       datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                       const RunHooks& hooks) {
  const at::NoGradGuard no_grad;
  hooks.stage("build");
  const Pipeline pipeline(experiment, placement, files);
  hooks.stage("read");
  const LoadedSpectra loaded = load_fitting_spectra(experiment, pipeline, files);
  StageRecord record = record_of(loaded);
  hooks.stage("reconstruct");
  Summary summary;
  const auto points = static_cast<double>(loaded.measured.numel());
  const auto measured = static_cast<double>(loaded.measured.sum().item<std::int64_t>());
  summary.add("points", points);
  summary.add("missing_points", points - measured);
  ViewFiles views(folder / "results", hooks.provenance());
  views.write("measurement", measurement_view(record, loaded), summary);
  ConvergenceTable table(folder / "metrics.csv");
  std::optional<Classical> classical = Classical::of(experiment, pipeline);
  at::Tensor beside;
  if (pipeline.stages().empty()) {
    beside = run_solver(pipeline, hooks, table, classical, record, summary);
  } else if (classical) {
    throw UsageError(
        "reconstruction.stages: a stage that is learned has no classical result beside it on a map "
        "of spectra; take a solver with a learned prior");
  } else {
    run_stages(experiment, pipeline, hooks, record, views, summary);
  }
  if (hooks.cancelled()) return {Summary(), true};
  hooks.stage("write");
  record.image = at::where(loaded.measured, record.image, kNan);
  if (pipeline.stages().empty()) views.write("abundances", map_view(record), summary);
  add_separation(record, loaded, "", summary);
  write_object(experiment, record, folder / "results", hooks.provenance());
  if (beside.defined()) {
    record.image = at::where(loaded.measured, beside, kNan);
    views.write("abundances" + std::string(Classical::kSuffix), map_view(record), summary);
    add_separation(record, loaded, Classical::kSuffix, summary);
    write_object(experiment, record, folder / "results", hooks.provenance(), Classical::kSuffix);
    classical->write_name(folder / "results");
  }
  if (classical && !classical->caveat().empty()) hooks.warning(classical->caveat());
  views.finish();
  return {summary, false};
}

}  // namespace parfocal
