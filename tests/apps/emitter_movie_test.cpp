// SPDX-License-Identifier: Apache-2.0
#include "apps/emitter_movie.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "apps/registry.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/summary.h"
#include "datasets/formats/emitter_tables.h"
#include "datasets/formats/stack_reader.h"
#include "tests/apps/program_runner.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr double kSigma = 1.3;

std::string movie_yaml(const std::string& scene, const std::string& model = "free_width: false") {
  return "parfocal: 1\nname: movie\ntask: simulate\n"
         "scene: {type: emitters, size: [24, 31], frames: 40, per_frame: 12, lifetime: 2, "
         "photons: 2000 photon, deviation: 300 photon, background: 5 photon" +
         scene +
         "}\n"
         "model: {type: gaussian_emitters, window: [11, 9], pitch: [100 nm, 100 nm], sigma: 130 "
         "nm, " +
         model +
         "}\n"
         "detector: {type: poisson}\n"
         "runtime: {threads: 1, precision: {optics: float64}}\n";
}

struct Built {
  explicit Built(const std::string& text)
      : registry(make_registry()),
        file(read_experiment(folder.write("movie.yaml", text), {}, registry)),
        pipeline(file.experiment, Placement{at::kDouble, at::kCPU, 5}, files) {}

  [[nodiscard]] EmitterMovie movie() const { return {file.experiment, pipeline}; }

  WorkFolder folder;
  Registry registry;
  ExperimentFile file;
  datasets::ImageFileLoader files;
  Pipeline pipeline;
};

double share(double i, double center) {
  return 0.5 * (std::erf((i + 0.5 - center) / (std::numbers::sqrt2 * kSigma)) -
                std::erf((i - 0.5 - center) / (std::numbers::sqrt2 * kSigma)));
}

/// Every pixel looks for the emitters whose window holds it.
at::Tensor pixel_by_pixel(const Table& emitters, std::int64_t frames, std::int64_t n_y,
                          std::int64_t n_x) {
  at::Tensor images = at::empty({frames, 1, n_y, n_x}, at::kDouble).fill_(5.0);
  auto pixels = images.accessor<double, 4>();
  for (std::size_t row = 0; row < emitters.rows(); ++row) {
    const auto frame = static_cast<std::int64_t>(emitters.at("frame")[row]);
    const double x = emitters.at("x")[row], y = emitters.at("y")[row];
    for (std::int64_t j = 0; j < n_y; ++j) {
      for (std::int64_t i = 0; i < n_x; ++i) {
        const auto dy = static_cast<double>(j) - std::floor(y + 0.5);
        const auto dx = static_cast<double>(i) - std::floor(x + 0.5);
        if (std::abs(dy) > 5 || std::abs(dx) > 4) continue;
        pixels[frame][0][j][i] += emitters.at("photons")[row] * share(static_cast<double>(j), y) *
                                  share(static_cast<double>(i), x);
      }
    }
  }
  return images;
}

TEST(EmitterMovie, FramesAreTheSumOfTheirWindows) {
  const Built built(movie_yaml(""));
  EmitterMovie movie = built.movie();
  const EmitterMovie::Block block = movie.block(0, 40);
  ASSERT_GT(block.emitters.rows(), 300U);
  const at::Tensor reference = pixel_by_pixel(block.emitters, 40, 24, 31);
  EXPECT_LT(((block.expected - reference).abs() / reference).max().item<double>(), 1e-12);
  // What the windows leave out of a Gaussian of 1.3 pixels.
  EXPECT_NEAR(movie.light_in_windows(), 0.9995, 0.0003);
}

TEST(EmitterMovie, AFrameDoesNotDependOnItsNeighbours) {
  const Built built(movie_yaml(""));
  EmitterMovie movie = built.movie();
  const EmitterMovie::Block whole = movie.block(0, 40), part = movie.block(17, 23);
  EXPECT_TRUE(at::equal(whole.counts.narrow(0, 17, 6), part.counts));
  EXPECT_TRUE(at::equal(whole.expected.narrow(0, 17, 6), part.expected));
  EXPECT_FALSE(at::equal(whole.counts.select(0, 3), whole.counts.select(0, 4)));
}

TEST(EmitterMovie, CountsAreDrawnByTheDetector) {
  const Built built(movie_yaml(""));
  const EmitterMovie::Block block = built.movie().block(0, 40);
  const at::Tensor squares = (block.counts - block.expected).square() / block.expected;
  // Each is 1 in the mean, its variance 2 + 1 / mean.
  const double n = static_cast<double>(squares.numel());
  EXPECT_NEAR(squares.mean().item<double>(), 1.0, 4 * std::sqrt(2.2 / n));
  EXPECT_NEAR((block.counts - block.expected).mean().item<double>(), 0.0,
              4 * std::sqrt(block.expected.mean().item<double>() / n));
}

TEST(EmitterMovie, SceneAndModelMustSpeakOfTheSame) {
  const auto refusal = [](const std::string& text) -> std::string {
    const Built built(text);
    try {
      static_cast<void>(built.movie());
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refusal(movie_yaml("", "free_width: true")), HasSubstr("model.free_width: false"));
  EXPECT_THAT(refusal(movie_yaml(", z: [0 um, 1 um]")), HasSubstr("the model has no depth"));
  std::string star = movie_yaml("");
  const std::size_t begin = star.find("scene:");
  star.replace(begin, star.find("model:") - begin, "scene: {type: siemens_star, size: [24, 31]}\n");
  EXPECT_THAT(refusal(star), HasSubstr("take {type: emitters}"));
}

void put(const WorkFolder& folder, const std::string& name, const std::string& text) {
  static_cast<void>(folder.write(name, text));
}

fs::path run_of(const WorkFolder& folder, const std::string& file, const Words& more = {}) {
  Words words = {"run", file, "-q", "--out", "runs"};
  words.insert(words.end(), more.begin(), more.end());
  const ProgramResult result = run_parfocal(words, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return folder.path() / "runs";
}

double number(const fs::path& run, const std::string& name) {
  const Summary summary = Summary::read(run / "results" / "summary.json");
  const Summary::Entry* entry = summary.find(name);
  EXPECT_NE(entry, nullptr) << name;
  return entry != nullptr ? entry->value : NAN;
}

const char* const kScores[] = {"frames",          "emitters", "true_emitters",    "true_positives",
                               "false_positives", "jaccard",  "rmse_over_crlb_x", "rmse_xy"};

/// The movie of the example, written, read and localised, and the same in one run.
TEST(EmitterMovie, IsLocalisedAgainFromItsFiles) {
  const WorkFolder folder;
  const std::string configs = std::string(PARFOCAL_SOURCE_DIR) + "/configs/smlm/";
  const fs::path drawn =
      run_of(folder, configs + "simulate_2d.yaml", {"scene.frames=80"}) / "simulate_2d" / "latest";
  const auto movie = formats::open_stack(drawn / "results" / "measurement.ome.tif");
  EXPECT_EQ(movie->info().n_t, 80);
  EXPECT_NEAR(*movie->info().pitch_x_m, 100e-9, 1e-15);
  const Table truth = formats::read_emitters(drawn / "results" / "emitters.csv", 100e-9);
  EXPECT_EQ(static_cast<double>(truth.rows()), number(drawn, "emitters"));
  EXPECT_GT(number(drawn, "light_in_windows"), 0.999);

  const fs::path whole =
      run_of(folder, configs + "localize_2d.yaml", {"scene.frames=80"}) / "localize_2d" / "latest";
  const std::string text = read_whole_file(configs + "simulate_2d.yaml");
  const std::size_t model = text.find("model:");
  const std::string find = read_whole_file(configs + "localize_2d.yaml");
  put(folder, "again.yaml",
      "parfocal: 1\nname: again\ntask: reconstruct\n"
      "data: {measurement: {file: " +
          (drawn / "results" / "measurement.ome.tif").string() +
          "}, emitters: " + (drawn / "results" / "emitters.csv").string() + "}\n" +
          text.substr(model) + find.substr(find.find("reconstruction:")));
  const fs::path again = run_of(folder, "again.yaml") / "again" / "latest";
  for (const char* name : kScores) EXPECT_NEAR(number(whole, name), number(again, name), 1e-3);
  EXPECT_EQ(read_whole_file(whole / "results" / "truth.csv"),
            read_whole_file(drawn / "results" / "emitters.csv"));
  EXPECT_EQ(number(again, "frames"), 80);
  // Six of 64 x 64 pixels: some are too near to each other or too dim for this threshold.
  EXPECT_GT(number(again, "jaccard"), 60);
  EXPECT_NEAR(number(again, "rmse_over_crlb_x"), 1, 0.15);
}

/// Off unless asked for; then fewer emitters are missed, and no other pair is made.
TEST(EmitterMovie, DimEmittersLeaveTheCountsOnRequest) {
  const WorkFolder folder;
  const std::string file = std::string(PARFOCAL_SOURCE_DIR) + "/configs/smlm/localize_2d.yaml";
  const fs::path all = run_of(folder, file, {"scene.frames=40", "name=all"}) / "all" / "latest";
  const fs::path bright =
      run_of(folder, file,
             {"scene.frames=40", "name=bright", "evaluate.matching.dimmest_left_out=0.25"}) /
      "bright" / "latest";
  EXPECT_GT(number(bright, "photon_threshold"), 0);
  EXPECT_NEAR(number(bright, "true_emitters"), 0.75 * number(all, "true_emitters"), 1.5);
  EXPECT_GT(number(bright, "recall"), number(all, "recall"));
  EXPECT_LE(number(bright, "true_positives"), number(all, "true_positives"));
  EXPECT_EQ(number(bright, "false_positives"), number(all, "false_positives"));
}

TEST(EmitterMovie, InThreeDimensionsDepthsAreFound) {
  const WorkFolder folder;
  const std::string file = std::string(PARFOCAL_SOURCE_DIR) + "/configs/smlm/localize_3d.yaml";
  const fs::path run = run_of(folder, file, {"scene.frames=20"}) / "localize_3d" / "latest";
  EXPECT_GT(number(run, "jaccard"), 70);
  EXPECT_NEAR(number(run, "rmse_over_crlb_z"), 1, 0.3);
  const Table found = formats::read_emitters(run / "results" / "emitters.csv", 110e-9);
  for (const double z : found.at("z")) {
    EXPECT_GE(z, 0.2e-6 - 1e-12);
    EXPECT_LE(z, 1.2e-6 + 1e-12);
  }
}

/// Beads that wander by 20 nm: with their wobble the truth moves along, and the error grows.
TEST(EmitterMovie, TheWobbleMovesTheTruth) {
  const WorkFolder folder;
  std::string truth = "frame,x [nm],y [nm],z [nm]\n", found = "frame,x [nm],y [nm]\n";
  for (int k = 0; k <= 20; ++k) {
    truth += fmt::format("{},5000,5000,{}\n", k + 1, 200 + 50 * k);
    found += fmt::format("{},5020,4985\n", k + 1);
  }
  put(folder, "truth.csv", truth);
  put(folder, "found.csv", found);
  const std::string configs = std::string(PARFOCAL_SOURCE_DIR) + "/configs/smlm/";
  put(folder, "wobble.yaml",
      "parfocal: 1\ninclude: [" + configs + "localize_3d.yaml]\nname: wobble\n" +
          "evaluate: {matching: {wobble: {found: found.csv, truth: "
          "truth.csv}}}\n");
  const fs::path plain =
      run_of(folder, configs + "localize_3d.yaml", {"scene.frames=6"}) / "localize_3d" / "latest";
  const fs::path moved = run_of(folder, "wobble.yaml", {"scene.frames=6"}) / "wobble" / "latest";
  EXPECT_EQ(number(moved, "true_positives"), number(plain, "true_positives"));
  const double shift = number(moved, "rmse_xy");
  EXPECT_GT(shift, 20);
  EXPECT_LT(shift, 25 + number(plain, "rmse_xy"));
}

}  // namespace
}  // namespace parfocal::testing
