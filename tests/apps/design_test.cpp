// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/experiment.h"
#include "apps/registry.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/sha256.h"
#include "core/run/summary.h"
#include "tests/apps/design_case.h"
#include "tests/apps/program_runner.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ExperimentFile read(const WorkFolder& folder, const std::string& yaml) {
  static const Registry registry = make_registry();
  return read_experiment(folder.write("read.yaml", yaml), {}, registry);
}

std::string mistake_in(const WorkFolder& folder, const std::string& yaml) {
  try {
    static_cast<void>(read(folder, yaml));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(Design, TheScoreRisesAndBothMasksAreShown) {
  const WorkFolder folder;
  const Summary summary = run_design(folder, "runs", design_yaml());
  EXPECT_GT(number(summary, "score"), number(summary, "score_start") + 0.1);
  EXPECT_EQ(number(summary, "steps"), 40.0);
  EXPECT_EQ(summary.find("score")->unit, "dB");
  const fs::path run = only_run(folder.path() / "runs", "small");
  for (const char* name : {"mask_height.ome.tif", "mask_height_start.ome.tif", "psf.ome.tif",
                           "object.ome.tif", "measurement.ome.tif", "truth.ome.tif"}) {
    EXPECT_TRUE(fs::is_regular_file(run / "results" / name)) << name;
  }
  EXPECT_THAT(read_whole_file(run / "report.html"), HasSubstr("Loss of the training"));
}

TEST(Design, SameRunTwiceGivesTheSameBytes) {
  const WorkFolder folder;
  const std::string yaml = design_yaml(
      "evaluate: {samples: 3, metrics: [{type: psnr, peak: 1}], tolerance: {draws: 4, "
      "errors: {optics.mask.height_error: {uniform: 50 nm}}}}\n");
  run_design(folder, "a", yaml);
  run_design(folder, "b", yaml);
  const fs::path a = only_run(folder.path() / "a", "small"),
                 b = only_run(folder.path() / "b", "small");
  EXPECT_EQ(files_below(a / "results"), files_below(b / "results"));
  EXPECT_EQ(read_whole_file(a / "metrics.csv"), read_whole_file(b / "metrics.csv"));
}

/// Mask and network are stepped by one loss; a variant that fixes the mask still trains the network.
TEST(Design, MaskAndNetworkAreTrainedTogether) {
  const WorkFolder folder;
  std::string yaml = design_yaml(
      "compare:\n  open: {optics.mask.surface: {type: flat}}\n  learned: {}\n"
      "evaluate: {samples: 2, metrics: [{name: quality, type: psnr, peak: 1}]}\n");
  const auto replace = [&yaml](const std::string& from, const std::string& to) {
    yaml.replace(yaml.find(from), from.size(), to);
  };
  replace("[{type: wiener}]",
          "[{type: wiener}, {type: network, network: {type: dncnn, depth: 3, width: 8}}]");
  replace("type: wiener_error", "type: mean_squared_error");
  replace("{optics.mask.surface:", "{reconstruction.network: {rate: 1e-3}, optics.mask.surface:");
  const Summary summary = run_design(folder, "runs", yaml);
  EXPECT_EQ(number(summary, "steps_open"), 40.0);
  EXPECT_GT(number(summary, "score_open"), number(summary, "score_start_open"));
  EXPECT_GT(number(summary, "score_learned"), number(summary, "score_start_learned"));
  EXPECT_EQ(number(summary, "quality_best_fixed"), number(summary, "quality_open"));
}

/// What a training found judges itself again, and serves a reconstruction.
TEST(Design, WhatWasFoundIsJudgedAndUsedByOtherTasks) {
  const WorkFolder folder;
  const std::string judged = "evaluate: {samples: 2, metrics: [{type: psnr, peak: 1}]}\n";
  const std::string yaml = replaced(joint_yaml(judged), "task: design", "task: train");
  const std::string mistake = mistake_in(folder, yaml);
  EXPECT_THAT(mistake, HasSubstr("task train holds the instrument as it is"));
  const Summary trained =
      run_design(folder, "runs",
                 replaced(yaml, ", optics.mask.surface: {rate: 0.2 rad, schedule: cosine}", ""));
  const fs::path found =
      only_run(folder.path() / "runs", "small") / "results" / "parameters.safetensors";

  const std::size_t optimize = joint_yaml(judged).find("optimize:");
  const std::size_t runtime = joint_yaml(judged).find("runtime:");
  std::string bare = joint_yaml(judged).erase(optimize, runtime - optimize);
  bare += "parameters: " + found.string() + "\n";
  const Summary again =
      run_design(folder, "again", replaced(bare, "task: design", "task: evaluate"));
  EXPECT_EQ(number(again, "psnr"), number(trained, "psnr"));
  const fs::path judging = only_run(folder.path() / "again", "small");
  EXPECT_THAT(read_whole_file(judging / "provenance.json"),
              HasSubstr("\"sha256\": \"" + sha256_of_file(found)));

  const std::string view = "views: {mask: {type: mask, element: mask}}\n";
  std::string used = replaced(replaced(bare, "task: design", "task: reconstruct"), view, "");
  used = replaced(replaced(used, "samples: 2, ", ""), ", peak: 1", "");  // In photons there.
  const Summary reconstructed = run_design(folder, "used", used);
  EXPECT_GT(number(reconstructed, "psnr"), 10.0);

  const fs::path wrong =
      folder.write("wrong.yaml", replaced(bare, "task: design", "task: evaluate") + "\n");
  const ProgramResult refused = run_parfocal(
      {"run", wrong.string(), "-q", "reconstruction.stages=[{type: wiener}]"}, folder.path());
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("reconstruction.network"));
}

constexpr const char* kCompare =
    "compare:\n"
    "  open: {optics.mask.surface: {type: flat}}\n"
    "  fine: {optics.mask.surface.size: [6, 6]}\n"
    "  again: {optics.mask.surface: {type: zernike, noll: [4], coefficients: [0.3 rad]}, "
    "optimize.parameters: {optics.mask.surface: {rate: 0.1 rad}}}\n";

TEST(Design, AnOverriddenPathIsFrozenUnlessItIsListedAgain) {
  const WorkFolder folder;
  const ExperimentFile file = read(folder, design_yaml(kCompare));
  ASSERT_EQ(file.variants.size(), 3U);
  EXPECT_TRUE(file.variants[0].experiment.optimize->parameters.empty());
  EXPECT_FALSE(trains_instrument(file.variants[0].experiment));
  EXPECT_THAT(file.variants[1].experiment.optimize->frozen,
              ElementsAre("optics.mask.surface.size"));
  EXPECT_EQ(file.variants[1].experiment.optimize->parameters.size(), 1U);
  EXPECT_EQ(file.variants[2].experiment.optimize->parameters[0].second.rate, "0.1 rad");
  EXPECT_TRUE(file.variants[2].experiment.optimize->frozen.empty());
}

TEST(Design, AStudyNamesTheBestDesignAndTheBestFixedOne) {
  const WorkFolder folder;
  std::string yaml = design_yaml(
      "compare:\n  open: {optics.mask.surface: {type: flat}}\n  learned: {}\n"
      "evaluate: {metrics: [{name: quality, type: psnr, peak: 1}]}\n");
  yaml.replace(yaml.find("runtime: {"), 10, "runtime: {seeds: [0, 1], ");
  const Summary summary = run_design(folder, "runs", yaml);
  EXPECT_EQ(number(summary, "score_best_fixed"), number(summary, "score_open"));
  EXPECT_EQ(number(summary, "score"), number(summary, "score_learned_best"));
  EXPECT_GE(number(summary, "score"), number(summary, "score_learned"));
  EXPECT_GT(number(summary, "quality"), 0.0);
  EXPECT_GT(number(summary, "quality_best_fixed"), 0.0);
  EXPECT_EQ(number(summary, "steps_open"), 0.0);
  EXPECT_THAT(read_whole_file(only_run(folder.path() / "runs", "small") / "report.html"),
              HasSubstr("<b>score</b>: "));
}

TEST(Design, ToleranceOfAPerfectInstrumentIsItsScoreAndErrorsCost) {
  const WorkFolder folder;
  const Summary summary = run_design(
      folder, "runs",
      design_yaml("evaluate: {tolerance: {draws: 20, errors: {optics.mask.height_error: {uniform: "
                  "0 nm}, model.psf.distance: {normal: 0.05 mm}}}}\n"));
  const double score = number(summary, "score");
  EXPECT_EQ(number(summary, "score_tolerance_median_optics.mask.height_error"), score);
  EXPECT_EQ(number(summary, "score_tolerance_q05_optics.mask.height_error"), score);
  EXPECT_LT(number(summary, "score_tolerance_q05"), score);
  EXPECT_EQ(number(summary, "score_tolerance_q05"),
            number(summary, "score_tolerance_q05_model.psf.distance"));
  EXPECT_LE(number(summary, "score_tolerance_q05"), number(summary, "score_tolerance_median"));
}

TEST(Design, MistakesNameTheirPlace) {
  const WorkFolder folder;
  const std::string good = design_yaml();
  const auto without = [&](const std::string& line) {
    std::string text = good;
    const std::size_t begin = text.find(line);
    return text.erase(begin, text.find('\n', begin) + 1 - begin);
  };
  EXPECT_THAT(mistake_in(folder, without("scene:")), HasSubstr("task design needs it"));
  EXPECT_THAT(mistake_in(folder, design_yaml("", "a.b")),
              HasSubstr("expected a word of letters, digits and _"));
  EXPECT_THAT(mistake_in(folder, design_yaml("data: {measurement: {file: a.tif}}\n")),
              HasSubstr("task design does not use this block"));
  EXPECT_THAT(mistake_in(folder, design_yaml("compare: {start_flat: {optics.mask.levels: 4}}\n")),
              HasSubstr("gives numbers with the names of others"));
}

/// Ten steps of L-BFGS instead of forty of Adam, which ends 8e-4 dB lower.
TEST(Design, LbfgsFindsAMaskAtLeastAsGoodInAQuarterOfTheSteps) {
  const WorkFolder folder;
  const Summary adam = run_design(folder, "adam", design_yaml());
  const std::string yaml = replaced(design_yaml(), ", schedule: cosine", "");
  const Summary lbfgs = run_design(
      folder, "lbfgs", replaced(yaml, "steps: 40", "steps: 10\n  optimizer: {method: lbfgs}"));
  EXPECT_GT(number(lbfgs, "score"), number(adam, "score"));
  const auto mistake = [&](const std::string& optimizer) {
    return mistake_in(folder, replaced(design_yaml(), "steps: 40",
                                       "steps: 10\n  optimizer: {" + optimizer + "}"));
  };
  EXPECT_THAT(mistake("method: lbfgs"), HasSubstr("optics.mask.surface.schedule: method lbfgs"));
  EXPECT_THAT(mistake("method: lbfgs, momentum: 0.5"),
              HasSubstr("momentum: method lbfgs has none"));
  EXPECT_THAT(mistake("method: lbfgs, beta1: 0.5"), HasSubstr("belong to adam and adamw"));
  EXPECT_THAT(mistake("history: 5"), HasSubstr("only method lbfgs has one"));
}

/// What `check` and `run` say, without a step of training.
std::string refusal_of(const WorkFolder& folder, const std::string& yaml) {
  const fs::path config = folder.write("design.yaml", yaml);
  const ProgramResult checked = run_parfocal({"check", config.string()}, folder.path());
  const ProgramResult result = run_parfocal({"run", config.string(), "-q"}, folder.path());
  EXPECT_EQ(checked.exit_code, 2) << "check finds what the run would refuse";
  EXPECT_EQ(result.exit_code, 2);
  return result.err;
}

TEST(Design, AMisspeltPathIsFoundBeforeTheFirstStepOfAnyVariant) {
  const WorkFolder folder;
  const std::string yaml = design_yaml(
      "compare:\n  learned: {}\n  wrong: {optimize.parameters: {optics.mask.surfce: {rate: 0.1 "
      "rad}}}\n");
  EXPECT_THAT(refusal_of(folder, yaml),
              HasSubstr("variant wrong: optics.mask.surfce: no such parameter; did you mean "
                        "\"optics.mask.surface\"?"));
  EXPECT_FALSE(fs::exists(only_run(folder.path() / "runs", "small") / "variants/learned"));
}

TEST(Design, ALossOfReconstructionsNeedsStagesAndObjectsOfItsOwn) {
  const WorkFolder folder;
  const std::string yaml =
      replaced(design_yaml("evaluate: {samples: 5, metrics: [{type: psnr, peak: 1}]}\n"),
               "type: wiener_error", "type: mean_squared_error");
  EXPECT_THAT(refusal_of(folder, replaced(yaml, "steps: 40", "steps: 40\n  first_sample: 4")),
              HasSubstr("evaluate.samples judges objects 0 to 4; train on later ones"));
  EXPECT_THAT(refusal_of(folder, replaced(yaml, "steps: 40", "steps: 40\n  keep: best")),
              HasSubstr("their losses do not compare"));
  const std::string bare =
      replaced(replaced(design_yaml(), "type: wiener_error", "type: mean_squared_error"),
               "reconstruction: {stages: [{type: wiener}]}\n", "");
  EXPECT_THAT(refusal_of(folder, bare), HasSubstr("give reconstruction.stages"));
}

TEST(Design, CheckTellsTheStepsOfEveryVariant) {
  const WorkFolder folder;
  const fs::path config = folder.write(
      "design.yaml",
      design_yaml("compare:\n  open: {optics.mask.surface: {type: flat}}\n  learned: {}\n"));
  const ProgramResult result = run_parfocal({"check", config.string()}, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("variant learned"));
  const std::size_t steps = result.out.find("training      40 steps, seeds 1");
  EXPECT_NE(steps, std::string::npos) << result.out;
  EXPECT_EQ(result.out.find("training", steps + 1), std::string::npos) << "open trains nothing";
}

TEST(Design, ExplainFollowsTheDotsInTheNameOfAGroup) {
  const WorkFolder folder;
  const fs::path config = folder.write("design.yaml", design_yaml());
  const auto explain = [&](const std::string& path) {
    return run_parfocal({"explain", config.string(), path}, folder.path());
  };
  EXPECT_THAT(explain("optimize.parameters.optics.mask.surface.rate").out, HasSubstr("0.2 rad"));
  EXPECT_EQ(explain("optimize.parameters.optics.mask.surfce").exit_code, 2);
}

TEST(Design, TheNumbersOfTheSummaryHaveDifferentNames) {
  const WorkFolder folder;
  EXPECT_THAT(mistake_in(folder, design_yaml("evaluate: {metrics: [{name: score, type: psnr}]}\n")),
              HasSubstr("score is the name of two numbers"));
}

TEST(Design, ARateOfAnotherDimensionEndsTheRunWithOneSentence) {
  const WorkFolder folder;
  std::string yaml = design_yaml();
  yaml.replace(yaml.find("0.2 rad"), 7, "0.2 um");
  const fs::path config = folder.write("design.yaml", yaml);
  const ProgramResult result = run_parfocal({"run", config.string(), "-q"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("rate = 0.2 um does not fit optics.mask.surface.phase, whose "
                                    "values are in rad"));
}

}  // namespace
}  // namespace parfocal::testing
