// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <limits>
#include <set>

#include "apps/emitter_movie.h"
#include "apps/localization.h"
#include "apps/result_images.h"
#include "apps/task.h"
#include "datasets/formats/emitter_tables.h"
#include "datasets/formats/ome_tiff_writer.h"

namespace parfocal {
namespace {

formats::OmeMetadata metadata_of(const EmitterMovie& movie, const std::string& provenance) {
  formats::OmeMetadata metadata;
  metadata.pitch_y_m = movie.pitch_m()[0];
  metadata.pitch_x_m = movie.pitch_m()[1];
  metadata.provenance_json = provenance;
  return metadata;
}

void add_frames(formats::OmeTiffMovie& file, const at::Tensor& counts) {
  const at::Tensor plain = counts.to(at::kCPU, at::kFloat).contiguous();
  for (std::int64_t frame = 0; frame < plain.size(0); ++frame) {
    const at::Tensor one = plain.select(0, frame);
    file.add({static_cast<const std::byte*>(one.const_data_ptr()), one.nbytes()});
  }
}

/// What is said of all frames.
struct MovieNumbers {
  double photons = 0, expected = 0, counts = 0;
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();

  void add(const EmitterMovie::Block& block) {
    for (const double more : block.emitters.at("photons")) photons += more;
    expected += block.expected.to(at::kDouble).sum().item<double>();
    const at::Tensor values = block.counts.to(at::kDouble);
    counts += values.sum().item<double>();
    least = std::min(least, values.min().item<double>());
    most = std::max(most, values.max().item<double>());
  }
};

void summarize(const EmitterMovie& movie, const Table& truth, const MovieNumbers& numbers,
               Summary& summary) {
  const auto frames = static_cast<double>(movie.scene().frames());
  const auto [n_y, n_x] = movie.scene().frame_size();
  const double pixels = frames * static_cast<double>(n_y * n_x);
  const auto rows = static_cast<double>(truth.rows());
  const std::set<double> molecules(truth.at("molecule").begin(), truth.at("molecule").end());
  summary.add("frames", frames);
  summary.add("emitters", rows);
  summary.add("emitters_per_frame", rows / frames);
  summary.add("molecules", static_cast<double>(molecules.size()));
  if (rows > 0) summary.add("photons_mean", numbers.photons / rows, "photon");
  summary.add("light_in_windows", movie.light_in_windows());
  summary.add("expected_mean", numbers.expected / pixels, "photon");
  summary.add("measurement_mean", numbers.counts / pixels);
  summary.add("measurement_min", numbers.least);
  summary.add("measurement_max", numbers.most);
}

}  // namespace

bool simulate_movie(const Experiment& experiment, const Pipeline& pipeline,
                    const std::filesystem::path& folder, const RunHooks& hooks, Summary& summary) {
  EmitterMovie movie(experiment, pipeline);
  const double pitch_m = square_pitch_m(movie.pitch_m());
  const std::int64_t frames = movie.scene().frames();
  const auto [n_y, n_x] = movie.scene().frame_size();
  const std::filesystem::path results = folder / "results";
  const ResultImages images(results, experiment.output, hooks.provenance(),
                            Grid::centred(n_y, n_x, pitch_m, pitch_m));
  formats::OmeTiffMovie file(results / "measurement.ome.tif", frames, n_y, n_x,
                             metadata_of(movie, hooks.provenance()));
  MovieNumbers numbers;
  Table truth;
  at::Tensor sum;
  for (std::int64_t begin = 0; begin < frames; begin += EmitterMovie::kBlockFrames) {
    const std::int64_t end = std::min(frames, begin + EmitterMovie::kBlockFrames);
    const EmitterMovie::Block block = movie.block(begin, end);
    add_frames(file, block.counts);
    numbers.add(block);
    truth.append(block.emitters);
    const at::Tensor more = block.counts.to(at::kDouble).sum(at::IntArrayRef{0}, true);
    sum = sum.defined() ? sum + more : more;
    if (begin == 0) images.write("expected", block.expected.narrow(0, 0, 1).cpu());
    if (hooks.cancelled()) return false;
    hooks.progress(static_cast<std::uint64_t>(end), static_cast<std::uint64_t>(frames),
                   std::nullopt);
  }
  file.commit();
  images.write("mean_frame", (sum / static_cast<double>(frames)).cpu());
  images.write("truth", movie.images().sample(0));
  images.write("psf", movie.point_response());
  formats::write_thunderstorm(results / "emitters.csv", truth, pitch_m);
  summarize(movie, truth, numbers, summary);
  return true;
}

}  // namespace parfocal
