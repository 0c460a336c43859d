// SPDX-License-Identifier: Apache-2.0
#include "core/config/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/config/document.h"
#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

using ::testing::HasSubstr;

TEST(Schema, ExampleIsReadWithTypesAndUnits) {
  const auto [e, mistakes] = read_example(std::string(kExampleText));
  ASSERT_TRUE(mistakes.empty()) << mistakes.front().message;
  EXPECT_EQ(e.name, "example");
  EXPECT_EQ(e.camera.pitch[1].m(), 5.5e-6);
  EXPECT_EQ(e.camera.read_noise.electrons(), 2.0);
  EXPECT_EQ(e.camera.pupil->samples, 64);
  EXPECT_EQ(e.wavelengths[0].m(), 460e-9);
  EXPECT_EQ(e.positions[1][1], -3.0);
  ASSERT_EQ(e.optics.size(), 2U);
  EXPECT_EQ(e.optics[0].name, "mask");
  EXPECT_EQ(e.optics[0].component.path, "optics.mask");
  EXPECT_EQ(e.optics[0].component.where.line, 17);
  EXPECT_EQ(e.solver.type->name, "admm");
  EXPECT_EQ(e.prior[1].type->name, "non_negative");
}

TEST(Schema, VariantSetsDefaultsAndExplicitKeysWin) {
  const Admm& picam = read_example(std::string(kExampleText)).experiment.solver.as<Admm>();
  EXPECT_EQ(picam.mu1, 1e-4);
  EXPECT_EQ(picam.tolerance, 0.01);
  EXPECT_EQ(picam.iterations, 20);
  // The variant stands below the key that it must not overwrite.
  const ReadExample read =
      read_example(example_with("  variant: picam\n", "  mu1: 5\n  variant: picam\n"));
  EXPECT_EQ(read.experiment.solver.as<Admm>().mu1, 5.0);
  EXPECT_EQ(read.experiment.solver.as<Admm>().mu2, 1e-3);
}

TEST(Schema, UnknownKeySuggestsTheNearestOfItsMap) {
  const auto mistakes = read_example(example_with("focal_length", "focal_lenght")).mistakes;
  ASSERT_EQ(mistakes.size(), 2U) << "the misspelt key and the missing one";
  EXPECT_EQ(mistakes[1].message, "optics.lens.focal_lenght: unknown key of thin_lens");
  EXPECT_EQ(mistakes[1].hint, "did you mean \"focal_length\"?");
  EXPECT_EQ(mistakes[1].where.text(), "x.yaml:24:5");
  EXPECT_EQ(mistakes[1].code, "unknown_key");
}

TEST(Schema, UnknownKeyOfAnotherPlaceSaysWhereItBelongs) {
  const auto hint = [](const std::string& text) { return read_example(text).mistakes.at(0).hint; };
  EXPECT_EQ(hint(std::string(kExampleText) + "iterations: 5\n"), "\"iterations\" is a key of admm");
  EXPECT_EQ(hint(std::string(kExampleText) + "read_niose: 5\n"),
            "did you mean \"read_noise\", a key of camera?");
  EXPECT_THAT(hint(std::string(kExampleText) + "qqqqqqqq: 5\n"),
              HasSubstr("known keys: parfocal, name, task"));
  EXPECT_EQ(only_mistake(std::string(kExampleText) + "iterations: 5\n"),
            "iterations: unknown key of the experiment");
}

TEST(Schema, MissingKeysAreReportedAtTheirMap) {
  const auto mistakes = read_example(example_with("    weight: 1e-4\n", "")).mistakes;
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_EQ(mistakes[0].message, "prior.0.weight: missing required key of total_variation");
  EXPECT_EQ(mistakes[0].hint, "add \"weight: 0.5\"");
  EXPECT_EQ(mistakes[0].where.text(), "x.yaml:30:5");
  EXPECT_EQ(mistakes[0].code, "missing_key");
}

TEST(Schema, BlockWithARequiredKeyMustBeThere) {
  EXPECT_EQ(only_mistake("parfocal: 1\nname: x\nsolver: {type: admm}\n"),
            "camera: missing required key of the experiment");
  EXPECT_TRUE(
      read_example("parfocal: 1\nname: x\nsolver: {type: admm}\ncamera: {pitch: [1 um, 1 um]}\n")
          .mistakes.empty())
      << "an optional block may be absent";
}

TEST(Schema, RangesNameTheirBoundsInUnits) {
  const auto [unused, mistakes] = read_example(example_with("460 nm", "532 mm"));
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_EQ(mistakes[0].message, "wavelengths = \"532 mm\" is outside 100 nm .. 20 um");
  EXPECT_EQ(mistakes[0].hint, "did you mean \"532 nm\"?");
  EXPECT_EQ(only_mistake(example_with("samples: 64", "samples: 8")),
            "camera.pupil.samples = 8 is outside 16 .. 4096");
  EXPECT_EQ(only_mistake(example_with("0.25 mm", "0 mm")),
            "camera.pupil.diameter = \"0 mm\" must be above 0 m");
  EXPECT_EQ(only_mistake(example_with("2 e-", "-1 e-")),
            "camera.read_noise = \"-1 e-\" must be at least 0 e-");
  EXPECT_EQ(only_mistake(example_with("[5.5 um, 5.5", "[1 mm, 5.5")),
            "camera.pitch = \"1 mm\" is outside 0 m .. 1 mm, 0 m excluded, 1 mm excluded");
  EXPECT_TRUE(read_example(example_with("460 nm", "100 nm")).mistakes.empty())
      << "an inclusive bound";
}

TEST(Schema, UnknownAndMissingTypesNameTheKnownOnes) {
  const auto unknown = read_example(example_with("type: admm", "type: amdm")).mistakes;
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_EQ(unknown[0].message,
            "solver.type = \"amdm\" is no known solver; known: admm, gradient_descent");
  EXPECT_EQ(unknown[0].hint, "did you mean \"admm\"?");
  EXPECT_EQ(unknown[0].path, "solver.type");
  EXPECT_EQ(only_mistake(example_with("  type: admm\n", "")),
            "solver.type: missing type of a solver; known: admm, gradient_descent");
  const auto other_kind =
      read_example(example_with("type: non_negative", "type: thin_lens")).mistakes;
  EXPECT_EQ(other_kind.at(0).hint, "\"thin_lens\" is an element, here a prior is expected");
  const auto word =
      read_example("parfocal: 1\nname: x\ncamera: {pitch: [1 um, 1 um]}\nsolver: admm\n").mistakes;
  ASSERT_EQ(word.size(), 1U);
  EXPECT_EQ(word[0].hint, "write {type: admm}");
}

TEST(Schema, AllMistakesOfOnePassComeTogetherSortedByPosition) {
  std::string text = example_with("2 e-", "2 photon");
  text.replace(text.find("levels: 16"), 10, "levels: 1");
  text.replace(text.find("iterations: 20"), 14, "iteration: 20");
  text.replace(text.find("name: example\n"), 14, "");
  const auto mistakes = read_example(text).mistakes;
  ASSERT_EQ(mistakes.size(), 4U);
  std::vector<std::string> codes;
  for (const Diagnostic& d : mistakes) codes.push_back(d.code);
  EXPECT_THAT(codes, ::testing::ElementsAre("missing_key", "unit", "range", "unknown_key"));
  EXPECT_TRUE(std::is_sorted(
      mistakes.begin(), mistakes.end(),
      [](const Diagnostic& a, const Diagnostic& b) { return a.where.line < b.where.line; }));
}

TEST(Schema, RulesBetweenKeysRunOnlyOnWhatWasRead) {
  EXPECT_EQ(only_mistake(example_with("name: example", "name: forbidden")), "this name is taken");
  EXPECT_EQ(read_example(example_with("name: example", "name: forbidden\nx: 1")).mistakes.size(),
            1U)
      << "only the unknown key";
}

TEST(Schema, WrongKindsOfValueAreReported) {
  const auto with = [](const std::string& line) {
    return only_mistake(
        "parfocal: 1\nname: x\nsolver: {type: admm}\ncamera: {pitch: [1 um, 1 um]}\n" + line);
  };
  EXPECT_THAT(with("prior: {type: non_negative}\n"),
              HasSubstr("prior: expected a list of maps with type:"));
  EXPECT_THAT(with("optics: [1]\n"), HasSubstr("optics: expected a map of named elements"));
  EXPECT_THAT(with("optics: {lens: thin_lens}\n"),
              HasSubstr("optics.lens = \"thin_lens\": expected an element as a map"));
  EXPECT_THAT(with("wavelengths: {a: 1}\n"), HasSubstr("wavelengths: expected a list"));
  EXPECT_THAT(with("wavelengths: 5 nm\n"), HasSubstr("\"5 nm\" is outside 100 nm .. 20 um"));
  EXPECT_THAT(only_mistake("[1]\n"), HasSubstr("expected a map of keys"));
}

TEST(Schema, ASingleValueStandsForAListOfOne) {
  const ReadExample read = read_example(
      "parfocal: 1\nname: x\nsolver: {type: admm}\ncamera: {pitch: [1 um, 1 um]}\n"
      "wavelengths: 532 nm\n");
  EXPECT_TRUE(read.mistakes.empty());
  ASSERT_EQ(read.experiment.wavelengths.size(), 1U);
  EXPECT_EQ(read.experiment.wavelengths[0].m(), 532e-9);
}

TEST(Schema, ResolvedDumpIsAFixedPoint) {
  const ReadExample first = read_example(std::string(kExampleText));
  const std::string dump = write_yaml(example_schema().write(&first.experiment));
  const ReadExample second = read_example(dump);
  ASSERT_TRUE(second.mistakes.empty()) << second.mistakes.front().message << dump;
  EXPECT_EQ(write_yaml(example_schema().write(&second.experiment)), dump);
  EXPECT_THAT(
      dump,
      HasSubstr("solver:\n  type: admm\n  variant: picam\n  iterations: 20\n  mu1: 0.0001\n"));
  EXPECT_THAT(dump, HasSubstr("strength: 30 deg\n"));
  EXPECT_THAT(dump, HasSubstr("positions: [[0, 1], [2.5, -3]]\n"));
}

TEST(Schema, TextThatLooksLikeANumberSurvivesTheDump) {
  for (const char* name :
       {"\"5\"", "2024", "\"true\"", "\"\"", "\"a: b # c\"", "'~'", "\"x\\ty\"", "\"- a\""}) {
    const ReadExample first =
        read_example(example_with("name: example", std::string("name: ") + name));
    ASSERT_TRUE(first.mistakes.empty()) << name;
    const ReadExample second = read_example(write_yaml(example_schema().write(&first.experiment)));
    ASSERT_TRUE(second.mistakes.empty()) << name;
    EXPECT_EQ(first.experiment.name, second.experiment.name);
  }
}

TEST(Registry, SecondRegistrationOfANameIsAMistakeOfTheProgrammer) {
  Registry registry;
  ComponentType type;
  type.kind = "psf";
  type.name = "measured";
  registry.add(type);
  EXPECT_THROW(registry.add(type), LogicError);
  type.kind = "scene";
  registry.add(type);
  EXPECT_EQ(registry.named("measured").size(), 2U);
  EXPECT_THAT(registry.kinds(), ::testing::ElementsAre("psf", "scene"));
  EXPECT_EQ(registry.find("psf", "none"), nullptr);
}

}  // namespace
}  // namespace parfocal::test
