// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/run/atomic_file.h"
#include "core/run/summary.h"
#include "tests/apps/design_case.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kWiener = "{type: wiener}";
constexpr const char* kNetwork = "{type: network, network: {type: dncnn, depth: 2, width: 4}}";

std::string evaluate_yaml(const std::string& stages, const std::string& rest = "") {
  return lens_camera_yaml("evaluate", stages) +
         "evaluate: {samples: 3, metrics: [{name: quality, type: psnr, peak: 1}]}\n" + rest;
}

/// A blurred picture of the small camera, measured or seen by a scene.
std::string reconstruct_yaml(const std::string& source, const std::string& reconstruction) {
  return "parfocal: 1\nname: small\ntask: reconstruct\n" + source +
         "model: {type: incoherent_imaging, boundary: periodic, size: [24, 34], "
         "psf: {type: measured, file: psf.npy, normalize: sum}}\n"
         "detector: {type: gaussian, sigma: 0.05}\n"
         "reconstruction:\n" +
         reconstruction + "runtime: {threads: 1, precision: {optics: float64}}\n";
}
constexpr const char* kScene =
    "scene: {type: measured_scene, image: {file: raw.npy}, photons: 1 photon}\n"
    "evaluate: {metrics: [{type: psnr, peak: 6}]}\n";
constexpr const char* kData = "data: {measurement: {file: raw.npy}}\n";

struct Finished {
  fs::path folder;
  Summary summary;

  [[nodiscard]] double number(const std::string& name) const {
    const Summary::Entry* entry = summary.find(name);
    EXPECT_NE(entry, nullptr) << name;
    return entry != nullptr ? entry->value : 0.0;
  }
  [[nodiscard]] std::string text(const std::string& file) const {
    return read_whole_file(folder / file);
  }
};

Finished run(const WorkFolder& folder, const std::string& yaml, const std::string& out) {
  const SmallCamera camera(folder.path(), "unused");
  const fs::path config = folder.write("experiment.yaml", yaml);
  const ProgramResult result =
      run_parfocal({"run", config.string(), "-q", "--out", out}, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const fs::path run = only_run(folder.path() / out, "small");
  return {run, Summary::read(run / "results/summary.json")};
}

TEST(Classical, StandsBesideANetworkAsTheChainWithoutIt) {
  const WorkFolder folder;
  const Finished both = run(folder, evaluate_yaml(std::string(kWiener) + ", " + kNetwork), "a");
  const Finished alone = run(folder, evaluate_yaml(kWiener), "b");
  for (const char* suffix : {"", "_sem", "_worst"}) {
    EXPECT_EQ(both.number(std::string("quality_classical") + suffix),
              alone.number(std::string("quality") + suffix));
  }
  EXPECT_NE(both.number("quality"), alone.number("quality"));
  EXPECT_EQ(both.text("results/object_classical.npy"), alone.text("results/object.npy"));
  EXPECT_EQ(both.text("results/classical.txt"), "wiener\n");
  EXPECT_THAT(both.text("report.html"), HasSubstr("Learned beside classical"));
  EXPECT_THAT(both.text("report.html"), HasSubstr("<b>wiener</b>"));
  EXPECT_THAT(both.text("report.html"), HasSubstr("<b>Classical reconstruction</b><br>wiener;"));
}

TEST(Classical, OfANetworkAloneIsTheMeasurementItself) {
  const WorkFolder folder;
  const Finished found = run(folder, evaluate_yaml(kNetwork), "a");
  EXPECT_EQ(found.text("results/classical.txt"), "the measurement itself\n");
  EXPECT_EQ(found.text("results/object_classical.ome.tif").size(),
            found.text("results/measurement.ome.tif").size());
  EXPECT_GT(found.number("quality_classical"), 0.0);
}

TEST(Classical, NothingIsWrittenWhereNothingIsLearned) {
  const WorkFolder folder;
  const auto expect_none = [](const Finished& found) {
    for (const auto& [name, bytes] : files_below(found.folder / "results")) {
      EXPECT_THAT(name, Not(HasSubstr("classical")));
    }
    for (const Summary::Entry& entry : found.summary.entries()) {
      EXPECT_THAT(entry.name, Not(HasSubstr("classical")));
    }
    EXPECT_THAT(found.text("report.html"), Not(HasSubstr("Learned beside classical")));
  };
  const std::string fixed =
      "{type: unrolled, solver: {type: admm, mu1: 1e-3}, prior: [{type: non_negative}], "
      "iterations: 3, learn: []}";
  expect_none(run(folder, evaluate_yaml(std::string(kWiener) + ", " + fixed), "a"));
  expect_none(run(folder,
                  reconstruct_yaml(kScene,
                                   "  solver: {type: fista, iterations: 5}\n"
                                   "  prior: [{type: non_negative}]\n"),
                  "b"));
}

/// An unrolled solver stands beside a hundred of its steps; so does each variant of a study.
TEST(Classical, OfAnUnrolledSolverIsTheSolverWithItsOwnNumbers) {
  const WorkFolder folder;
  const auto stage = [](const std::string& rest) {
    return "{type: unrolled, solver: {type: admm, mu1: 1e-3, mu3: 1e-3}, prior: [{type: "
           "non_negative}], " +
           rest + "}";
  };
  const Finished learned =
      run(folder,
          evaluate_yaml(stage("iterations: 3, post: {type: dncnn, depth: 2, width: 4}"),
                        "compare:\n  one: {}\n  two: {reconstruction.stages: [" +
                            std::string(kWiener) + "]}\n"),
          "a");
  const Finished plain = run(folder, evaluate_yaml(stage("iterations: 100, learn: []")), "b");
  EXPECT_EQ(learned.number("quality_classical_one"), plain.number("quality"));
  EXPECT_EQ(learned.summary.find("quality_classical_two"), nullptr);
  EXPECT_THAT(learned.text("report.html"), HasSubstr("classical, nothing learned"));
  EXPECT_THAT(learned.text("report.html"), HasSubstr("admm, 100 steps"));
}

TEST(Classical, OfALearnedPriorIsTotalVariationFittedToTheNoise) {
  const WorkFolder folder;
  const Finished learned =
      run(folder,
          reconstruct_yaml(kScene,
                           "  solver: {type: pnp_hqs, iterations: 2, sigma_start: 1}\n"
                           "  prior: [{type: denoiser, range: [0, 6], network: {type: dncnn, "
                           "depth: 2, width: 4}}]\n"),
          "a");
  EXPECT_NEAR(learned.number("misfit_classical"), 1.0, 0.02);
  const Finished fista = run(
      folder,
      reconstruct_yaml(kScene, fmt::format("  solver: {{type: fista, iterations: 100}}\n"
                                           "  prior: [{{type: total_variation, kind: isotropic, "
                                           "prox_accuracy: 1e-3, weight: {:.17g}}}]\n",
                                           learned.number("total_variation_weight_classical"))),
      "b");
  for (const char* name : {"psnr", "relative_residual", "relative_error"}) {
    EXPECT_EQ(learned.number(std::string(name) + "_classical"), fista.number(name)) << name;
  }
  EXPECT_EQ(learned.text("results/object_classical.npy"), fista.text("results/object.npy"));
  EXPECT_THAT(learned.text("report.html"), HasSubstr("total variation fitted to the noise"));
}

TEST(Classical, StandsBesideTheStagesOfMeasuredFrames) {
  const WorkFolder folder;
  const auto stages = [](const std::string& text) {
    return reconstruct_yaml(kData, "  stages: [" + text + "]\n");
  };
  const std::string wiener =
      "{type: wiener, range: [-20, 20], object: {mean: 3, variance: 1, correlation: 8}}";
  const Finished both = run(folder, stages(wiener + ", " + kNetwork), "a");
  const Finished alone = run(folder, stages(wiener), "b");
  EXPECT_EQ(both.number("relative_residual_classical"), alone.number("relative_residual"));
  EXPECT_EQ(both.text("results/object_classical.npy"), alone.text("results/object.npy"));
}

/// Where there is none the report says so, and the learned result stays.
TEST(Classical, ThatDoesNotExistIsNamedInTheReport) {
  const WorkFolder folder;
  const Finished found = run(
      folder,
      reconstruct_yaml(
          kScene,
          "  solver: {type: gradient_descent, iterations: 2}\n"
          "  prior: [{type: smooth_total_variation, weight: 1}, {type: denoiser, sigma: 1, range: "
          "[0, 6], network: {type: dncnn, depth: 2, width: 4}}]\n"),
      "a");
  EXPECT_THAT(found.text("report.html"),
              HasSubstr("no classical result stands beside the learned one"));
  EXPECT_GT(found.number("psnr"), 0.0);
  EXPECT_EQ(found.summary.find("psnr_classical"), nullptr);
  EXPECT_FALSE(fs::exists(found.folder / "results/classical.txt"));
}

TEST(Classical, ItsNamesAreNotGivenTwice) {
  const WorkFolder folder;
  const auto refusal = [&](const std::string& yaml) {
    const fs::path config = folder.write("bad.yaml", yaml);
    const ProgramResult result = run_parfocal({"run", config.string(), "-q"}, folder.path());
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  };
  std::string yaml = evaluate_yaml(kWiener);
  yaml.replace(yaml.find("name: quality"), 13, "name: x_classical");
  EXPECT_THAT(refusal(yaml), HasSubstr("x_classical is the name of a classical result"));
  EXPECT_THAT(refusal(evaluate_yaml(kWiener, "compare: {a: {}, classical_a: {}}\n")),
              HasSubstr("choose another name"));
}

}  // namespace
}  // namespace parfocal::testing
