// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

std::string uncertain_yaml(const std::string& stages, const std::string& rest) {
  return lens_camera_yaml("design", stages) +
         "optimize: {loss: {type: wiener_error}, parameters: {}, steps: 1}\n" + rest;
}

constexpr const char* kWiener = "{type: wiener, range: [-3, 4]}";
constexpr const char* kPredicting =
    "{name: net, type: heteroscedastic_network, network: {type: unet, channels_out: 2, base: 4, "
    "depth: 1}}";
constexpr const char* kPerturbed =
    "evaluate: {samples: 20, uncertainty: {method: perturbed, draws: 30}}\n";
constexpr const char* kHeteroscedastic =
    "evaluate: {samples: 20, uncertainty: {method: heteroscedastic}}\n";

ProgramResult run(const WorkFolder& folder, const std::string& yaml, const std::string& out) {
  const fs::path config = folder.write("design.yaml", yaml);
  return run_parfocal({"run", config.string(), "-q", "--out", out}, folder.path());
}

Summary summary_of(const WorkFolder& folder, const std::string& yaml, const std::string& out) {
  const ProgramResult result = run(folder, yaml, out);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Summary::read(only_run(folder.path() / out, "small") / "results/summary.json");
}

TEST(DesignUncertainty, PerturbedDeviationsAreJudgedAndShown) {
  const WorkFolder folder;
  const std::string yaml = uncertain_yaml(kWiener, kPerturbed);
  const Summary summary = summary_of(folder, yaml, "a");
  EXPECT_NEAR(number(summary, "coverage_50_band"), 3 * std::sqrt(0.25 / 20), 1e-12);
  EXPECT_NEAR(number(summary, "coverage_90"), 0.9, number(summary, "coverage_90_band"));
  // Discs are not the Gaussian objects of the filter: the order of magnitude is what agrees.
  EXPECT_GT(number(summary, "mean_deviation") / number(summary, "rmse"), 0.4);
  EXPECT_LT(number(summary, "mean_deviation") / number(summary, "rmse"), 1.3);
  EXPECT_GT(number(summary, "conformal_coverage"), 0.8);
  const fs::path run = only_run(folder.path() / "a", "small");
  EXPECT_TRUE(fs::is_regular_file(run / "results/object_deviation.ome.tif"));
  EXPECT_THAT(read_whole_file(run / "results/reliability.csv"),
              HasSubstr("nominal,observed,band\n0.05"));
  const std::string report = read_whole_file(run / "report.html");
  EXPECT_THAT(report, HasSubstr("Observed coverage"));
  EXPECT_THAT(report, HasSubstr("class=\"band\""));
  EXPECT_THAT(report, HasSubstr("<b>Standard deviation</b>"));
  EXPECT_THAT(report, Not(HasSubstr("spread by the noise alone")));
  summary_of(folder, yaml, "b");
  EXPECT_EQ(files_below(run / "results"),
            files_below(only_run(folder.path() / "b", "small") / "results"));
}

TEST(DesignUncertainty, WithoutAModelOfObjectsTheReportSaysSo) {
  const WorkFolder folder;
  summary_of(
      folder,
      uncertain_yaml("{type: network, network: {type: dncnn, depth: 2, width: 4}}", kPerturbed),
      "a");
  EXPECT_THAT(read_whole_file(only_run(folder.path() / "a", "small") / "report.html"),
              HasSubstr("spread by the noise alone"));
}

/// The last stage learns to know its errors: far off at the start, near them at the end.
TEST(DesignUncertainty, AStageLearnsItsVariance) {
  const WorkFolder folder;
  const std::string yaml = replaced(
      uncertain_yaml(std::string(kWiener) + ", " + kPredicting, kHeteroscedastic),
      "{loss: {type: wiener_error}, parameters: {}, steps: 1}",
      "{loss: {type: heteroscedastic}, parameters: {reconstruction.net: {rate: 0.01, schedule: "
      "cosine}}, steps: 120, batch: 4}");
  const Summary start = summary_of(folder, replaced(yaml, "steps: 120", "steps: 1"), "a");
  const Summary end = summary_of(folder, yaml, "b");
  EXPECT_LT(number(end, "heteroscedastic"), number(end, "heteroscedastic_start") - 0.1);
  const auto miss = [](const Summary& of) { return std::abs(std::log(number(of, "z_variance"))); };
  EXPECT_LT(miss(end), 0.5 * miss(start));
  EXPECT_NEAR(number(end, "coverage_68"), 0.68, number(end, "coverage_68_band"));
}

TEST(DesignUncertainty, WhatDoesNotFitIsRefused) {
  const WorkFolder folder;
  const auto refusal = [&](const std::string& yaml) {
    const ProgramResult result = run(folder, yaml, "runs");
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  };
  const std::string both = std::string(kWiener) + ", " + kPredicting;
  EXPECT_THAT(refusal(uncertain_yaml(kWiener, kHeteroscedastic)),
              HasSubstr("make it heteroscedastic_network"));
  EXPECT_THAT(refusal(uncertain_yaml(both, kPerturbed)), HasSubstr("take method: heteroscedastic"));
  EXPECT_THAT(refusal(uncertain_yaml(std::string(kPredicting) + ", " + kWiener, kHeteroscedastic)),
              HasSubstr("predicts no variance"));
  EXPECT_THAT(refusal(replaced(uncertain_yaml(kWiener, kPerturbed), "samples: 20", "samples: 17")),
              HasSubstr("evaluate.samples = 17: a conformal scale of level 0.9 needs 18 images"));
  EXPECT_THAT(refusal(replaced(uncertain_yaml(both, kHeteroscedastic), "{type: wiener_error}",
                               "{name: rmse, type: wiener_error}")),
              HasSubstr("rmse is the name of two numbers"));
  EXPECT_THAT(refusal(replaced(uncertain_yaml(kWiener, kPerturbed),
                               "reconstruction: {stages: [" + std::string(kWiener) + "]}\n", "")),
              HasSubstr("it is what is trained, and what is judged"));
}

}  // namespace
}  // namespace parfocal::testing
