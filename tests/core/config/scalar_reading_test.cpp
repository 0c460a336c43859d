// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

using ::testing::HasSubstr;

std::string with_saturates(const std::string& word) {
  return only_mistake(example_with("saturates: true", "saturates: " + word));
}
std::string with_samples(const std::string& word) {
  return only_mistake(example_with("samples: 64", "samples: " + word));
}
std::string with_weight(const std::string& word) {
  return only_mistake(example_with("weight: 1e-4", "weight: " + word));
}

TEST(Flag, OnlyTrueAndFalseAreAccepted) {
  for (const char* word :
       {"yes", "no", "on", "off", "y", "n", "Y", "1", "0", "True", "TRUE", "\"true\""}) {
    const std::string shown = std::string(word).find('"') == 0 ? "\"true\"" : word;
    EXPECT_EQ(with_saturates(word), "camera.saturates = " + shown + ": expected true or false");
  }
  EXPECT_EQ(with_saturates("perhaps"), "camera.saturates = \"perhaps\": expected true or false");
  EXPECT_FALSE(read_example(example_with("saturates: true", "saturates: false"))
                   .experiment.camera.saturates);
  const auto hints = read_example(example_with("saturates: true", "saturates: off")).mistakes;
  EXPECT_EQ(hints[0].hint, "did you mean \"false\"?");
}

TEST(WholeNumberKey, SaysWhyAnotherSpellingIsRefused) {
  const std::string at = "camera.pupil.samples = ";
  EXPECT_EQ(with_samples("0777"), at + "0777: leading zeros are not accepted (some readers take "
                                       "them for octal); expected a whole number");
  EXPECT_EQ(with_samples("0x1F"),
            at + "0x1F: hexadecimal is not accepted; expected a whole number");
  EXPECT_EQ(with_samples("0o17"), at + "0o17: octal is not accepted; expected a whole number");
  EXPECT_EQ(with_samples("1_000"),
            at + "1_000: underscores are not accepted; expected a whole number");
  EXPECT_EQ(with_samples("1e3"), at + "1e3: an exponent is not accepted; expected a whole number");
  EXPECT_EQ(with_samples("64.5"), at + "64.5 has a fraction; expected a whole number");
  EXPECT_EQ(with_samples("99999999999999999999"),
            at + "99999999999999999999: does not fit into 64 bits; expected a whole number");
  EXPECT_EQ(with_samples("\"64\""), at + "\"64\": quoted, so it is text; expected a whole number");
  EXPECT_EQ(with_samples("many"), at + "\"many\": expected a whole number");
  EXPECT_EQ(with_samples("[64]"), "camera.pupil.samples: expected a whole number");
  EXPECT_EQ(with_samples(""), "camera.pupil.samples has no value; expected a whole number");
  EXPECT_EQ(
      read_example(example_with("samples: 64", "samples: +65")).experiment.camera.pupil->samples,
      65);
}

TEST(NumberKey, SaysWhyAnotherSpellingIsRefused) {
  const std::string at = "prior.0.weight = ";
  EXPECT_EQ(with_weight(".nan"), at + ".nan must be finite; expected a number without unit");
  EXPECT_EQ(with_weight("inf"), at + "\"inf\" must be finite; expected a number without unit");
  EXPECT_EQ(with_weight("0x1F"),
            at + "0x1F: hexadecimal is not accepted; expected a number without unit");
  EXPECT_EQ(with_weight("0777"), at + "0777: leading zeros are not accepted (some readers take "
                                      "them for octal); expected a number without unit");
  EXPECT_EQ(with_weight("1,5"),
            at + "\"1,5\": a decimal comma is not accepted; expected a number without unit");
  EXPECT_EQ(with_weight("1e400"),
            at + "1e400: does not fit into a double; expected a number without unit");
  EXPECT_EQ(with_weight("5 nm"), at + "\"5 nm\": expected a number without unit");
}

TEST(QuantityKey, SaysWhatUnitIsExpected) {
  EXPECT_EQ(only_mistake(example_with("diameter: 0.25 mm", "diameter: 250")),
            "camera.pupil.diameter = 250: expected a length with a unit, for example \"250 nm\"");
  EXPECT_EQ(only_mistake(example_with("diameter: 0.25 mm", "diameter: 1 deg")),
            "camera.pupil.diameter = \"1 deg\": \"deg\" is a unit of angle; expected a length with "
            "a unit, for example \"532 nm\"");
  EXPECT_EQ(read_example(example_with("diameter: 0.25 mm", "diameter: 0.25 mn")).mistakes[0].hint,
            "did you mean \"0.25 mm\"?");
  EXPECT_EQ(only_mistake(example_with("diameter: 0.25 mm", "diameter: {a: 1}")),
            "camera.pupil.diameter: expected a length with a unit, for example \"532 nm\"");
  EXPECT_TRUE(
      read_example(example_with("diameter: 0.25 mm", "diameter: \"0.25 mm\"")).mistakes.empty());
  EXPECT_EQ(read_example(example_with("efficiency: 0.75", "efficiency: 75 %"))
                .experiment.camera.quantum_efficiency.si(),
            0.75);
}

TEST(Choice, NearestWordIsSuggested) {
  const auto mistakes =
      read_example(example_with("task: reconstruct", "task: recontsruct")).mistakes;
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_EQ(mistakes[0].message, "task = \"recontsruct\": expected one of: reconstruct, simulate");
  EXPECT_EQ(mistakes[0].hint, "did you mean \"reconstruct\"?");
  EXPECT_THAT(only_mistake(example_with("task: reconstruct", "task: Reconstruct")),
              HasSubstr("expected one of"));
}

TEST(List, LengthAndItemsAreChecked) {
  EXPECT_EQ(only_mistake(example_with("[5.5 um, 5.5 um]", "[5.5 um]")),
            "camera.pitch: expected a list of 2 values, got 1");
  EXPECT_EQ(only_mistake(example_with("[5.5 um, 5.5 um]", "5.5 um")),
            "camera.pitch = \"5.5 um\": expected a list of 2 values");
  EXPECT_EQ(only_mistake(example_with("[2.5, -3]", "[2.5]")),
            "positions: expected a list of 2 values, got 1");
  EXPECT_EQ(only_mistake(example_with("550 nm]", "550]")),
            "wavelengths = 550: expected a length with a unit, for example \"550 nm\"");
}

TEST(Path, VariablesAreExpandedAndMustBeSet) {
  ::setenv("PARFOCAL_TEST_FOLDER", "/data/x", 1);
  ::unsetenv("PARFOCAL_TEST_ABSENT");
  const auto with = [](const std::string& path) {
    return example_with("dark: dark.tif", "dark: " + path);
  };
  EXPECT_EQ(read_example(with("\"${PARFOCAL_TEST_FOLDER}/../d.tif\"")).experiment.camera.dark,
            "/data/d.tif");
  EXPECT_EQ(only_mistake(with("\"${PARFOCAL_TEST_ABSENT}/d.tif\"")),
            "camera.dark = \"${PARFOCAL_TEST_ABSENT}/d.tif\": environment variable "
            "PARFOCAL_TEST_ABSENT is not set");
  EXPECT_EQ(read_example(with("\"${PARFOCAL_TEST_ABSENT}/d.tif\"")).mistakes[0].code,
            "environment");
  EXPECT_THAT(only_mistake(with("\"${PARFOCAL\"")),
              HasSubstr("expected ${NAME} with the name of an environment variable"));
  EXPECT_THAT(only_mistake(with("\"${1A}\"")), HasSubstr("expected ${NAME}"));
  EXPECT_THAT(only_mistake(with("\"\"")), HasSubstr("expected a path"));
  EXPECT_TRUE(read_example(std::string(kExampleText)).experiment.camera.dark->is_absolute());
}

}  // namespace
}  // namespace parfocal::test
