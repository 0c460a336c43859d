// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/emitter_movie.h"
#include "apps/localization.h"
#include "apps/result_images.h"
#include "apps/task.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "datasets/formats/emitter_tables.h"
#include "datasets/stack_measurement.h"
#include "solvers/localization/net_gradient.h"
#include "solvers/localization/rendering.h"

namespace parfocal {
namespace {

constexpr std::int64_t kBlockFrames = 32;
constexpr double kLargestPicture = 4096;

using solvers::FitState;

/// The mean over what was added.
struct MeanFrame {
  at::Tensor sum;
  std::int64_t frames = 0;

  void add(const at::Tensor& counts) {
    const at::Tensor more = counts.sum(at::IntArrayRef{0}, true);
    sum = sum.defined() ? sum + more : more;
    frames += counts.size(0);
  }
  [[nodiscard]] at::Tensor mean() const { return sum / static_cast<double>(frames); }
};

void check_pitch(const Localization& localization, const std::optional<Grid>& grid) {
  if (!grid) return;
  for (const double pitch_m : {grid->pitch_y_m, grid->pitch_x_m}) {
    if (std::abs(pitch_m - localization.pitch_m()) <= 0.01 * pitch_m) continue;
    throw DataError(fmt::format(
        "model.pitch: {:.6g} nm, but data.measurement has pixels of {:.6g} nm; correct one of the "
        "two",
        localization.pitch_m() * 1e9, pitch_m * 1e9));
  }
}

/// False if it was cancelled between two blocks.
bool localize_frames(const Experiment& experiment, datasets::ImageFileLoader& files,
                     const RunHooks& hooks, Localization& localization, MeanFrame& mean) {
  datasets::StackMeasurement::Options options;
  options.block_frames = kBlockFrames;
  options.mask_saturated = experiment.data->saturated == DataBlock::Saturated::kMask;
  datasets::StackMeasurement source(files, "data.measurement", *experiment.data->measurement,
                                    options);
  while (const std::optional<Measurement> block = source.next_block()) {
    if (hooks.cancelled()) return false;
    const Field& field = block->at("measurement");
    check_pitch(localization, field.grid);
    localization.add_frames(field.values, field.mask);
    mean.add(field.values);
    hooks.progress(static_cast<std::uint64_t>(localization.frames()),
                   static_cast<std::uint64_t>(source.n_frames()), std::nullopt);
  }
  return !hooks.cancelled();
}

/// The same for frames that the scene draws; `truth` are its emitters.
bool localize_scene(const Experiment& experiment, const Pipeline& pipeline, const RunHooks& hooks,
                    Localization& localization, MeanFrame& mean, Table& truth) {
  EmitterMovie movie(experiment, pipeline);
  const std::int64_t frames = movie.scene().frames();
  for (std::int64_t begin = 0; begin < frames; begin += kBlockFrames) {
    if (hooks.cancelled()) return false;
    const EmitterMovie::Block block = movie.block(begin, std::min(frames, begin + kBlockFrames));
    const at::Tensor counts = block.counts.to(at::kCPU, at::kDouble);
    localization.add_frames(counts, {});
    mean.add(counts);
    truth.append(block.emitters);
    hooks.progress(static_cast<std::uint64_t>(localization.frames()),
                   static_cast<std::uint64_t>(frames), std::nullopt);
  }
  return !hooks.cancelled();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

Summary summary_of(const Localization& all) {
  const Table& emitters = all.emitters();
  Summary summary;
  summary.add("frames", static_cast<double>(all.frames()));
  summary.add("spots", static_cast<double>(all.spots()));
  summary.add("spots_at_edge", static_cast<double>(all.spots_at_edge()));
  summary.add("emitters", static_cast<double>(emitters.rows()));
  for (int i = 0; i < solvers::kFitStates; ++i) {
    const auto state = static_cast<FitState>(i);
    summary.add("fits_" + std::string(name_of(state)), static_cast<double>(all.count(state)));
  }
  if (emitters.rows() == 0) return summary;
  for (const EmitterParameter& p : all.block().parameters()) {
    const std::string unit = table_unit(p).unit;
    const bool length = unit == "px" || unit == "m";
    const double factor = unit == "px" ? all.pitch_m() * 1e9 : length ? 1e9 : 1.0;
    if (p.name != "x" && p.name != "y") {
      summary.add(p.name + "_median", median(emitters.at(p.name)) * factor, length ? "nm" : unit);
    }
    summary.add("crlb_" + p.name + "_median", median(emitters.at("deviation_" + p.name)) * factor,
                length ? "nm" : unit);
  }
  const double freedom = static_cast<double>(all.block().n_y() * all.block().n_x()) -
                         static_cast<double>(all.block().parameters().size());
  summary.add("deviance_per_freedom_median", median(emitters.at("deviance")) / freedom);
  return summary;
}

/// The columns that the file formats know: round widths are those of both axes.
Table for_files(const Table& emitters) {
  Table table = emitters;
  if (const Table::Column* sigma = emitters.find("sigma")) {
    table.add("sigma_x", "px", sigma->values);
    table.add("sigma_y", "px", sigma->values);
  }
  return table;
}

void write_not_found(const std::filesystem::path& path, const Localization& all) {
  const Table& table = all.not_found();
  std::string text = "frame,y [px],x [px],state," + all.score_name() + " [e-]\n";
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto state = static_cast<FitState>(static_cast<int>(table.at("state")[row]));
    text += fmt::format("{},{},{},{},{:.9g}\n", table.at("frame")[row], table.at("y")[row],
                        table.at("x")[row], name_of(state), table.at(all.score_name())[row]);
  }
  write_file_atomically(path, text);
}

void write_tables(const Experiment& experiment, const Localization& all, const at::Tensor& frame,
                  const std::filesystem::path& results) {
  const Table table = for_files(all.emitters());
  formats::EmitterMovie movie;
  movie.n_y = frame.size(2);
  movie.n_x = frame.size(3);
  movie.n_frames = all.frames();
  movie.pitch_m = all.pitch_m();
  movie.box = std::max(all.block().n_y(), all.block().n_x());
  const ComponentConfig& detection = experiment.reconstruction->localize->detection;
  if (detection.type->name == "net_gradient") {
    movie.threshold = detection.as<solvers::NetGradient::Params>().threshold;
  }
  formats::write_picasso(results / "emitters.hdf5", table, movie);
  formats::write_thunderstorm(results / "emitters.csv", table, all.pitch_m());
  write_not_found(results / "not_found.csv", all);
}

double rendering_pixel_px(const Experiment& experiment, const Localization& all,
                          const at::Tensor& frame) {
  const std::optional<Length>& asked = experiment.reconstruction->localize->rendering_pixel;
  if (asked) return asked->m() / all.pitch_m();
  const auto side = static_cast<double>(std::max(frame.size(2), frame.size(3)));
  return std::max(0.1, side / kLargestPicture);
}

void write_pictures(const Experiment& experiment, const Localization& all, const at::Tensor& frame,
                    const std::filesystem::path& results, const RunHooks& hooks) {
  const double pixel = rendering_pixel_px(experiment, all, frame);
  const auto pixels = [pixel](std::int64_t n) {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(n) / pixel - 1e-9));
  };
  const ImageFile measured = experiment.data ? *experiment.data->measurement : ImageFile{};
  const double y0 = measured.crop ? static_cast<double>((*measured.crop)[0]) : 0.0;
  const double x0 = measured.crop ? static_cast<double>((*measured.crop)[2]) : 0.0;
  std::vector<solvers::DrawnEmitter> drawn;
  const Table& table = all.emitters();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    drawn.push_back({table.at("x")[row] - x0, table.at("y")[row] - y0, table.at("deviation_x")[row],
                     table.at("deviation_y")[row]});
  }
  const solvers::RenderedArea area{pixels(frame.size(2)), pixels(frame.size(3)), pixel, -0.5,
                                   pixel};
  const at::Tensor picture = solvers::render(drawn, area).unsqueeze(0).unsqueeze(0);
  const double fine_m = pixel * all.pitch_m();
  const ResultImages fine(results, experiment.output, hooks.provenance(),
                          Grid::centred(area.n_y, area.n_x, fine_m, fine_m));
  fine.write_main("rendering", picture, "1/px");
  const ResultImages coarse(
      results, experiment.output, hooks.provenance(),
      Grid::centred(frame.size(2), frame.size(3), all.pitch_m(), all.pitch_m()));
  coarse.write("mean_frame", frame);
}

/// The true emitters of the data or of the scene; none if nobody knows them.
std::optional<Table> true_emitters(const Experiment& experiment, const Localization& all,
                                   datasets::ImageFileLoader& files, const Table& drawn) {
  if (experiment.scene) return drawn;
  if (!experiment.data->emitters) return std::nullopt;
  const std::filesystem::path& path = *experiment.data->emitters;
  files.note(path);
  return formats::read_emitters(path, all.pitch_m());
}

void take_wobble(const MatchingBlock& matching, double pitch_m, datasets::ImageFileLoader& files,
                 Table& truth) {
  if (!matching.wobble) return;
  files.note(matching.wobble->found);
  files.note(matching.wobble->truth);
  shift_truth(truth, formats::read_emitters(matching.wobble->truth, pitch_m),
              formats::read_emitters(matching.wobble->found, pitch_m), *matching.wobble, pitch_m);
}

void compare_with_truth(const Experiment& experiment, const Localization& all,
                        const at::Tensor& frame, const Table& truth, Summary& summary) {
  ScoredFrames scored;
  const ImageFile measured = experiment.data ? *experiment.data->measurement : ImageFile{};
  if (measured.crop) {
    throw UsageError("data.measurement.crop: emitters are scored in whole frames; remove it");
  }
  scored.first = measured.frames ? (*measured.frames)[0] : 0;
  scored.end = scored.first + all.frames();
  scored.n_y = frame.size(2);
  scored.n_x = frame.size(3);
  scored.pitch_m = all.pitch_m();
  scored.isolation_px = static_cast<double>(std::max(all.block().n_y(), all.block().n_x()));
  add_scores(*experiment.evaluate->matching, truth, all.emitters(), scored, summary);
}

}  // namespace

TaskResult run_localize(const Experiment& experiment, const Placement& placement,
                        datasets::ImageFileLoader& files, const std::filesystem::path& folder,
                        const RunHooks& hooks) {
  hooks.stage("build");
  const Pipeline pipeline(experiment, placement, files);
  Localization localization(experiment, pipeline);
  MeanFrame mean;
  Table drawn;
  hooks.stage("localize");
  const bool whole = experiment.scene
                         ? localize_scene(experiment, pipeline, hooks, localization, mean, drawn)
                         : localize_frames(experiment, files, hooks, localization, mean);
  if (!whole) return {Summary(), true};
  hooks.stage("write");
  const at::Tensor frame = mean.mean();
  Summary summary = summary_of(localization);
  auto truth = true_emitters(experiment, localization, files, drawn);
  const bool scores = experiment.evaluate && experiment.evaluate->matching;
  if (truth && scores) {
    take_wobble(*experiment.evaluate->matching, localization.pitch_m(), files, *truth);
    compare_with_truth(experiment, localization, frame, *truth, summary);
  }
  const std::filesystem::path results = folder / "results";
  write_pictures(experiment, localization, frame, results, hooks);
  write_tables(experiment, localization, frame, results);
  if (experiment.scene) {
    formats::write_thunderstorm(results / "truth.csv", drawn, localization.pitch_m());
  }
  return {summary, false};
}

}  // namespace parfocal
