// SPDX-License-Identifier: Apache-2.0
#include "apps/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/registry.h"
#include "core/config/diagnostics.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

using ::testing::HasSubstr;

const Registry& registry() {
  static const Registry all = make_registry();
  return all;
}

/// Reads a text as an experiment file; the diagnostics of what is wrong with it.
std::vector<Diagnostic> mistakes_in(const std::string& text) {
  const WorkFolder folder;
  const auto file = folder.write("x.yaml", text);
  try {
    static_cast<void>(read_experiment(file, {}, registry()));
  } catch (const ConfigError& error) {
    return error.diagnostics();
  }
  return {};
}

std::string without(std::string text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  return text.erase(from, text.find(end, from) - from);
}

TEST(Experiment, SmallCameraIsRead) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const ExperimentFile file = read_experiment(camera.config, {}, registry());
  EXPECT_EQ(file.experiment.name, "small");
  EXPECT_EQ(file.experiment.model.type->name, "lensless_convolution");
  EXPECT_EQ(file.experiment.reconstruction->priors.size(), 2U);
  EXPECT_FALSE(file.experiment.is_study());
}

TEST(Experiment, EachBlockThatATaskNeedsIsAskedFor) {
  const std::string text = small_camera_yaml("small");
  const std::pair<const char*, std::string> cases[] = {
      {"model", without(text, "model:", "detector:")},
      {"detector", without(text, "detector:", "reconstruction:")},
      {"reconstruction", without(text, "reconstruction:", "runtime:")},
      {"data", without(text, "data:", "model:")}};
  for (const auto& [block, broken] : cases) {
    const auto mistakes = mistakes_in(broken);
    ASSERT_EQ(mistakes.size(), 1U) << block;
    EXPECT_EQ(mistakes[0].code, "missing_key");
    EXPECT_THAT(mistakes[0].message, HasSubstr(std::string(block) + ": missing"));
    EXPECT_EQ(mistakes[0].where.line, 3) << "the line of task";
  }
}

TEST(Experiment, DataAndSceneTogetherAreRefused) {
  const auto mistakes =
      mistakes_in(small_camera_yaml("small") + "scene: {type: siemens_star, size: [24, 34]}\n");
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_THAT(mistakes[0].message, HasSubstr("either from data or from a scene"));
}

TEST(Experiment, MetricsNeedATruthAndStandOnce) {
  const auto without_truth =
      mistakes_in(small_camera_yaml("small") + "evaluate: {metrics: [{type: psnr}]}\n");
  ASSERT_EQ(without_truth.size(), 1U);
  EXPECT_THAT(without_truth[0].message, HasSubstr("a metric needs the true object"));

  std::string text = without(small_camera_yaml("small"), "data:", "model:");
  text += "scene: {type: siemens_star, size: [24, 34]}\n";
  EXPECT_TRUE(mistakes_in(text + "evaluate: {metrics: [{type: psnr}]}\n").empty());
  const auto twice =
      mistakes_in(text + "evaluate: {metrics: [{type: psnr}, {type: psnr, scale: gain}]}\n");
  ASSERT_EQ(twice.size(), 1U);
  EXPECT_THAT(twice[0].message, HasSubstr("psnr is the name of two numbers"));
  EXPECT_EQ(mistakes_in(text + "evaluate: {}\n").size(), 1U);
}

TEST(Experiment, SimulateRefusesBlocksThatItDoesNotUse) {
  std::string text = small_camera_yaml("small");
  text.replace(text.find("task: reconstruct"), 17, "task: simulate");
  const auto mistakes = mistakes_in(text);
  ASSERT_EQ(mistakes.size(), 3U) << "scene missing, data and reconstruction unused";
}

TEST(Experiment, TasksThatJudgeAnInstrumentSayWhatTheyNeed) {
  for (const char* task : {"train", "evaluate"}) {
    std::string text = small_camera_yaml("small");
    text.replace(text.find("task: reconstruct"), 17, std::string("task: ") + task);
    const auto mistakes = mistakes_in(text);
    ASSERT_GE(mistakes.size(), 3U) << "scene and optimize or evaluate missing, data unused";
    EXPECT_THAT(mistakes[0].message, HasSubstr(std::string("task ") + task + " needs it"));
    EXPECT_EQ(mistakes[0].where.line, 3);
  }
}

TEST(Experiment, OptimizeSaysThatOnlyTheObjectIsUnknown) {
  const auto mistakes = mistakes_in(small_camera_yaml("small") + "optimize: {steps: 3}\n");
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_THAT(mistakes[0].message, HasSubstr("does not adjust parameters of the instrument"));
}

TEST(Experiment, NameMustBeAFolderName) {
  for (const char* name : {"a/b", "..", "-x"}) {
    std::string text = small_camera_yaml("small");
    text.replace(text.find("name: small"), 11, std::string("name: \"") + name + "\"");
    const auto mistakes = mistakes_in(text);
    ASSERT_EQ(mistakes.size(), 1U) << name;
    EXPECT_EQ(mistakes[0].where.line, 2);
  }
}

TEST(Experiment, DeviceSeedsAndPercentilesHaveTheirRules) {
  const std::string whole = small_camera_yaml("small");
  const std::string text = whole.substr(0, whole.find("runtime:"));
  const auto with = [&text](const std::string& line) { return mistakes_in(text + line); };
  EXPECT_EQ(with("runtime: {device: cuda:1}\n").size(), 0U);
  EXPECT_EQ(with("runtime: {device: gpu}\n").size(), 1U);
  EXPECT_EQ(with("runtime: {seeds: []}\n").size(), 1U);
  EXPECT_EQ(with("runtime: {seeds: [1, 1]}\n").size(), 1U);
  EXPECT_EQ(with("runtime: {seeds: [-1]}\n").size(), 1U);
  EXPECT_EQ(with("output: {preview_percentiles: [99, 1]}\n").size(), 1U);
}

TEST(Compare, VariantsAreReadWithTheirOverrides) {
  const WorkFolder folder;
  const auto file =
      folder.write("x.yaml", small_camera_yaml("small") +
                                 "compare:\n"
                                 "  plain: {}\n"
                                 "  picam: {reconstruction.solver.variant: picam}\n"
                                 "  long: {reconstruction: {solver: {iterations: 40}}}\n");
  const ExperimentFile read = read_experiment(file, {}, registry());
  ASSERT_EQ(read.variants.size(), 3U);
  EXPECT_EQ(read.variants[1].changed, std::vector<std::string>{"reconstruction.solver.variant"});
  EXPECT_EQ(read.variants[2].changed, std::vector<std::string>{"reconstruction.solver.iterations"});
  EXPECT_TRUE(read.experiment.is_study());
  EXPECT_FALSE(read.variants[0].experiment.is_study());
}

TEST(Compare, DataCannotDifferAndMistakesAreLocated) {
  const std::string text = small_camera_yaml("small");
  const auto data = mistakes_in(text + "compare:\n  a: {data.saturated: keep}\n");
  ASSERT_EQ(data.size(), 1U);
  EXPECT_THAT(data[0].message, HasSubstr("all of them see the same data"));
  const auto typo = mistakes_in(text + "compare:\n  a: {reconstruction.solver.variant: picma}\n");
  ASSERT_EQ(typo.size(), 1U);
  EXPECT_EQ(typo[0].where.line, 15);
  EXPECT_EQ(mistakes_in(text + "compare: {}\n").size(), 1U);
  EXPECT_EQ(mistakes_in(text + "compare: {a: 3}\n").size(), 1U);
}

TEST(Experiment, ResolvedTextReadsBackToItself) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const std::string once = read_experiment(camera.config, {}, registry()).resolved_yaml();
  const auto resolved = folder.write("resolved.yaml", once);
  EXPECT_EQ(read_experiment(resolved, {}, registry()).resolved_yaml(), once);
}

}  // namespace
}  // namespace parfocal::testing
