// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numbers>
#include <random>
#include <sstream>

#include "apps/experiment.h"
#include "apps/registry.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/summary.h"
#include "datasets/formats/emitter_tables.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/picasso_yaml.h"
#include "tests/apps/program_runner.h"
#include "tests/support/data.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kNy = 30, kNx = 40, kFrames = 40;

double share(int i, double center) {
  return 0.5 * (std::erf((i + 0.5 - center) / std::numbers::sqrt2) -
                std::erf((i - 0.5 - center) / std::numbers::sqrt2));
}

std::string movie_yaml() {
  return "parfocal: 1\nname: movie\ntask: reconstruct\n"
         "data:\n"
         "  measurement: {file: movie.dax, pitch: [100 nm, 100 nm], dark: {level: 100}}\n"
         "  emitters: truth.csv\n"
         "model: {type: gaussian_emitters, pitch: [100 nm, 100 nm], sigma: 110 nm}\n"
         "detector: {type: poisson}\n"
         "reconstruction: {localize: {detection: {type: net_gradient, threshold: 600}}}\n"
         "evaluate: {matching: {}}\n"
         "runtime: {threads: 1}\n";
}

/// movie.dax + .inf of two molecules per frame with sigma 1 pixel, 800 photons on a background of 5
/// and an offset of 100, their places in truth.csv, and movie.yaml; `lost_bytes` are missing at the
/// end.
void write_movie(const fs::path& folder, std::uintmax_t lost_bytes = 0) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> within(-0.5, 0.5);
  std::string bytes, truth = "frame,x [nm],y [nm]\n";
  for (int frame = 0; frame < kFrames; ++frame) {
    const double x[] = {10 + within(random), 29 + within(random)};
    const double y[] = {14 + within(random), 16 + within(random)};
    for (int k = 0; k < 2; ++k) {
      truth += fmt::format("{},{:.9g},{:.9g}\n", frame + 1, (x[k] + 0.5) * 100, (y[k] + 0.5) * 100);
    }
    for (int j = 0; j < kNy; ++j) {
      for (int i = 0; i < kNx; ++i) {
        double mean = 5;
        for (int k = 0; k < 2; ++k) mean += 800 * share(i, x[k]) * share(j, y[k]);
        const int value = 100 + std::poisson_distribution<int>(mean)(random);
        bytes += static_cast<char>(value / 256);
        bytes += static_cast<char>(value % 256);
      }
    }
  }
  bytes.resize(bytes.size() - lost_bytes);
  std::ofstream(folder / "movie.dax", std::ios::binary) << bytes;
  std::ofstream(folder / "movie.inf") << "data type = 16 bit integers (binary, big endian)\n"
                                      << "frame dimensions = " << kNx << " x " << kNy << "\n"
                                      << "number of frames = " << kFrames << "\n";
  std::ofstream(folder / "truth.csv") << truth;
  std::ofstream(folder / "movie.yaml") << movie_yaml();
}

fs::path run_of(const WorkFolder& folder, const Words& more, const std::string& out = "runs") {
  Words words = {"run", "movie.yaml", "-q", "--out", out};
  words.insert(words.end(), more.begin(), more.end());
  const ProgramResult result = run_parfocal(words, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return folder.path() / out / "movie" / "latest";
}

double number(const fs::path& run, const std::string& name) {
  const Summary summary = Summary::read(run / "results" / "summary.json");
  const Summary::Entry* entry = summary.find(name);
  EXPECT_NE(entry, nullptr) << name;
  return entry != nullptr ? entry->value : NAN;
}

TEST(Localize, FindsEveryMoleculeAtItsBound) {
  const WorkFolder folder;
  write_movie(folder.path());
  const fs::path run = run_of(folder, {});
  EXPECT_EQ(number(run, "frames"), kFrames);
  EXPECT_EQ(number(run, "emitters"), 2 * kFrames);
  EXPECT_EQ(number(run, "spots"), 2 * kFrames);
  EXPECT_EQ(number(run, "jaccard"), 100);
  EXPECT_EQ(number(run, "isolated_pairs"), 2 * kFrames);
  // 80 fits: the ratio is known to 8 %.
  EXPECT_NEAR(number(run, "rmse_over_crlb_x"), 1, 0.25);
  EXPECT_NEAR(number(run, "rmse_over_crlb_y"), 1, 0.25);
  EXPECT_NEAR(number(run, "photons_median"), 800, 20);
  EXPECT_NEAR(number(run, "sigma_median"), 100, 2);
  for (const char* name : {"emitters.hdf5", "emitters.yaml", "emitters.csv", "not_found.csv",
                           "rendering.ome.tif", "rendering.png", "mean_frame.ome.tif"}) {
    EXPECT_TRUE(fs::is_regular_file(run / "results" / name)) << name;
  }
  const Table picasso = formats::read_emitters(run / "results" / "emitters.hdf5", 100e-9);
  const Table csv = formats::read_emitters(run / "results" / "emitters.csv", 100e-9);
  ASSERT_EQ(picasso.rows(), 2U * kFrames);
  for (std::size_t row = 0; row < picasso.rows(); ++row) {
    EXPECT_EQ(picasso.at("frame")[row], static_cast<double>(row / 2));
    EXPECT_NEAR(csv.at("x")[row], picasso.at("x")[row], 1e-5);
  }
  EXPECT_THAT(read_whole_file(run / "report.html"), HasSubstr("Localizations"));
}

TEST(Localize, GivesTheSameBytesTwiceAndWithTwoThreads) {
  const WorkFolder folder;
  write_movie(folder.path());
  const fs::path first = run_of(folder, {}, "first");
  const fs::path second = run_of(folder, {}, "second");
  const fs::path threads = run_of(folder, {"runtime.threads=2"}, "threads");
  for (const char* name : {"emitters.hdf5", "emitters.csv", "not_found.csv", "summary.json"}) {
    const std::string bytes = read_whole_file(first / "results" / name);
    EXPECT_EQ(read_whole_file(second / "results" / name), bytes) << name;
    EXPECT_EQ(read_whole_file(threads / "results" / name), bytes) << name;
  }
}

TEST(Localize, APartOfTheMovieKeepsFramesAndPlaces) {
  const WorkFolder folder;
  write_movie(folder.path());
  const fs::path whole = run_of(folder, {}, "whole");
  const ProgramResult result =
      run_parfocal({"run", "movie.yaml", "-q", "--out", "part", "data.measurement.frames=[35, 40]"},
                   folder.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const fs::path part = folder.path() / "part" / "movie" / "latest";
  EXPECT_EQ(number(part, "frames"), 5);
  EXPECT_EQ(number(part, "jaccard"), 100);
  const Table all = formats::read_picasso(whole / "results" / "emitters.hdf5");
  const Table some = formats::read_picasso(part / "results" / "emitters.hdf5");
  ASSERT_EQ(some.rows(), 10U);
  for (std::size_t row = 0; row < 10; ++row) {
    EXPECT_EQ(some.at("frame")[row], all.at("frame")[70 + row]);
    EXPECT_EQ(some.at("x")[row], all.at("x")[70 + row]);
  }
}

TEST(Localize, ATruncatedMovieIsAnErrorThatNamesTheFrame) {
  const WorkFolder folder;
  write_movie(folder.path(), 5);
  const ProgramResult result = run_parfocal({"run", "movie.yaml", "-q"}, folder.path());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("frame 39 of 40 (from 0) is not whole"));
}

/// A movie of float numbers with one that cannot be.
ProgramResult run_with(const WorkFolder& folder, float wrong, const Words& more = {}) {
  formats::Array movie{formats::SampleType::kFloat32, {3, kNy, kNx}, {}};
  std::vector<float> values(3 * kNy * kNx, 5.0F);
  values[2 * kNy * kNx + 7 * kNx + 11] = wrong;
  movie.bytes.resize(values.size() * sizeof(float));
  std::memcpy(movie.bytes.data(), values.data(), movie.bytes.size());
  formats::write_npy(folder.path() / "movie.npy", movie);
  Words words = {"run", "movie.yaml", "-q", "data.measurement={file: movie.npy, dark: {level: 0}}"};
  words.insert(words.end(), more.begin(), more.end());
  return run_parfocal(words, folder.path());
}

TEST(Localize, NumbersThatNoCameraGivesAreNamed) {
  const WorkFolder folder;
  write_movie(folder.path());
  const ProgramResult nan = run_with(folder, std::nanf(""));
  EXPECT_EQ(nan.exit_code, 3);
  EXPECT_THAT(nan.err, HasSubstr("movie.npy: frame 2, row 7, column 11 (from 0) is nan"));
  const ProgramResult negative = run_with(folder, -4.0F);
  EXPECT_EQ(negative.exit_code, 3);
  EXPECT_THAT(negative.err, HasSubstr("frame 2, row 7, column 11 (from 0) holds -4 electrons"));
  // Read noise may take a count below the offset.
  const ProgramResult noisy =
      run_with(folder, -4.0F,
               {"detector={type: poisson_gaussian, read_noise: 2 e-, gain: 1, offset: 0 ADU}"});
  EXPECT_THAT(noisy.err, Not(HasSubstr("electrons")));
  const ProgramResult frames = run_with(folder, 5.0F, {"data.measurement.frames=[0, 4]"});
  EXPECT_EQ(frames.exit_code, 3);
  EXPECT_THAT(frames.err, HasSubstr("movie.npy holds frames 0 to 2"));
}

TEST(Localize, WhatDoesNotFitIsSaid) {
  const WorkFolder folder;
  write_movie(folder.path());
  const auto refusal = [&](const std::string& override_text) {
    const ProgramResult result =
        run_parfocal({"run", "movie.yaml", "-q", override_text}, folder.path());
    EXPECT_NE(result.exit_code, 0) << override_text;
    return result.err;
  };
  EXPECT_THAT(refusal("detector={type: gaussian, sigma: 1}"),
              HasSubstr("needs counts whose variance is a straight line in the mean"));
  EXPECT_THAT(refusal("model.pitch=[120 nm, 120 nm]"), HasSubstr("correct one of the two"));
}

TEST(Localize, MistakesOfTheFileAreFoundBeforeAnythingRuns) {
  const WorkFolder folder;
  write_movie(folder.path());
  const Registry registry = make_registry();
  const auto refusal = [&](const std::string& override_text) -> std::string {
    try {
      static_cast<void>(read_experiment(folder.path() / "movie.yaml", {override_text}, registry));
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refusal("evaluate={metrics: [{type: psnr}]}"), HasSubstr("metrics compare images"));
  EXPECT_THAT(refusal("data.measurement.binning=2"), HasSubstr("unbinned"));
  EXPECT_THAT(refusal("reconstruction.solver={type: tikhonov, weight: 1}"),
              HasSubstr("expected one of solver, stages and localize"));
  EXPECT_THAT(refusal("reconstruction.localize.detection.box=4"), HasSubstr("odd"));
}

fs::path run_example(const WorkFolder& folder, const std::string& name) {
  const std::string data = test::data_file("").string();
  const ProgramResult result =
      run_parfocal({"run", std::string(PARFOCAL_SOURCE_DIR) + "/configs/smlm/" + name + ".yaml",
                    "-q", "--out", "runs"},
                   folder.path(), {"PARFOCAL_DATA=" + data});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return folder.path() / "runs" / name / "latest";
}

std::vector<double> numbers_of(const std::string& text) {
  std::vector<double> numbers;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) numbers.push_back(std::stod(part));
  return numbers;
}

/// The places that the movie was simulated from stand in its description.
void expect_at_binding_sites(const fs::path& run) {
  const auto yaml = formats::read_picasso_yaml(test::data_file("smlm/picasso/testdata.yaml"));
  const std::vector<double> x = numbers_of(yaml.first.at("Structure.HandleX"));
  const std::vector<double> y = numbers_of(yaml.first.at("Structure.HandleY"));
  ASSERT_EQ(x.size(), y.size());
  const Table found = formats::read_picasso(run / "results" / "emitters.hdf5");
  std::vector<double> distances;
  for (std::size_t row = 0; row < found.rows(); ++row) {
    double nearest = 1e9;
    for (std::size_t site = 0; site < x.size(); ++site) {
      nearest = std::min(nearest, std::hypot(found.at("x")[row] - (x[site] - 0.5),
                                             found.at("y")[row] - (32 - y[site] - 0.5)));
    }
    distances.push_back(nearest);
    EXPECT_LT(nearest, 0.1) << row;
  }
  std::ranges::sort(distances);
  // 0.011 pixels in the mean of the bounds of both axes.
  EXPECT_LT(distances[distances.size() / 2], 0.02);
}

/// The published table: 30 localisations of these frames, all found again within 0.1 pixels.
TEST(LocalizeData, TheTestMovieOfPicasso) {
  PARFOCAL_REQUIRE_FILE(test::data_file("smlm/picasso/testdata_locs.hdf5"));
  const WorkFolder folder;
  const fs::path run = run_example(folder, "picasso_test");
  EXPECT_EQ(number(run, "frames"), 100);
  EXPECT_EQ(number(run, "true_emitters"), 30);
  EXPECT_EQ(number(run, "recall"), 100);
  EXPECT_EQ(number(run, "jaccard"), 100);
  EXPECT_LT(number(run, "rmse_xy"), 0.01 * 160);
  expect_at_binding_sites(run);
}

TEST(LocalizeData, TheSimulatedMovieWithTruth) {
  PARFOCAL_REQUIRE_FILE(test::data_file("smlm/simulated_with_truth/test_300x200.dax"));
  const WorkFolder folder;
  const fs::path run = run_example(folder, "simulated_2d");
  EXPECT_EQ(number(run, "frames"), 10);
  EXPECT_GT(number(run, "jaccard"), 90);
  EXPECT_NEAR(number(run, "rmse_over_crlb_x"), 1, 0.1);
  EXPECT_NEAR(number(run, "rmse_over_crlb_y"), 1, 0.1);
}

TEST(LocalizeData, TheMovieInThreeDimensionsWithTruth) {
  PARFOCAL_REQUIRE_FILE(test::data_file("smlm/simulated_with_truth/test_spliner.dax"));
  const WorkFolder folder;
  const fs::path run = run_example(folder, "double_helix");
  EXPECT_EQ(number(run, "true_positives"), 720);
  EXPECT_EQ(number(run, "false_positives"), 0);
  for (const char* axis : {"x", "y", "z"}) {
    EXPECT_NEAR(number(run, std::string("rmse_over_crlb_") + axis), 1, 0.1) << axis;
    EXPECT_LT(std::abs(number(run, std::string("bias_over_crlb_") + axis)), 0.15) << axis;
  }
}

TEST(LocalizeData, TheTetrapodOverFourMicrometres) {
  PARFOCAL_REQUIRE_FILE(test::data_file("smlm/masks/mask_tetrapod.mat"));
  const WorkFolder folder;
  const fs::path run = run_example(folder, "localize_tetrapod");
  EXPECT_GT(number(run, "jaccard"), 95);
  EXPECT_LT(number(run, "rmse_xy"), 8);
  EXPECT_LT(number(run, "rmse_z"), 9);
}

}  // namespace
}  // namespace parfocal::testing
