// SPDX-License-Identifier: Apache-2.0
#include "core/config/describe_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "core/config/key_text.h"
#include "tests/core/config/example_language.h"

namespace parfocal::test {
namespace {

using ::testing::HasSubstr;

const ObjectSchema& schema_named(const std::string& name) {
  return *example_registry().named(name).front()->schema;
}

TEST(Explain, ShowsSummaryEquationCitationAndEveryKey) {
  const std::string text = explain(schema_named("thin_lens"), "thin_lens", example_registry());
  for (const char* part : {"thin_lens", "Ideal thin lens.", "exp(-i k r^2 / (2 f))", "Goodman",
                           "focal_length", "length", "> 0 m", "required", "trainable", "um"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Explain, ShowsDefaultsOfTheStandingVariantAndKnownTypes) {
  EXPECT_THAT(explain_key(schema_named("admm"), "admm", "mu2", example_registry()),
              HasSubstr("1e-5"));
  const std::string text = explain(example_schema(), "experiment", example_registry());
  EXPECT_THAT(text, HasSubstr("total_variation"));
  EXPECT_THAT(text, HasSubstr("diameter")) << "keys of blocks as well";
}

TEST(Manual, ListsEveryKeyOfEveryComponent) {
  for (const ComponentType* type : example_registry().all()) {
    const std::string page = manual_page(*type->schema, type->name, example_registry());
    EXPECT_THAT(page, HasSubstr(type->schema->summary));
    for (const KeySchema& key : type->schema->keys) {
      EXPECT_THAT(page, HasSubstr("`" + key.name + "`"));
      EXPECT_THAT(page, HasSubstr(key.doc));
    }
  }
}

TEST(KeyText, NamesKindsOfLists) {
  const auto accepted = [](const char* key) { return accepted_text(*example_schema().find(key)); };
  EXPECT_EQ(accepted("wavelengths"), "length or list of lengths");
  EXPECT_EQ(accepted("positions"), "list of lists of 2 numbers");
  EXPECT_EQ(accepted("task"), "one of: reconstruct, simulate");
  EXPECT_EQ(accepted_text(*example_schema().find("camera")->block->find("pitch")),
            "list of 2 lengths");
  EXPECT_EQ(example_line(*example_schema().find("camera")->block->find("pitch")),
            "pitch: [532 nm, 532 nm]");
}

void expect_keys(const nlohmann::json& object, const ObjectSchema& schema) {
  for (const KeySchema& key : schema.keys) {
    ASSERT_TRUE(object["properties"].contains(key.name)) << key.name;
    if (key.block != nullptr) expect_keys(object["properties"][key.name], *key.block);
  }
}

TEST(JsonSchema, IsJsonAndHoldsEveryKeyOfEveryComponent) {
  const auto json = nlohmann::json::parse(json_schema(example_schema(), example_registry()));
  EXPECT_EQ(json["$schema"], "http://json-schema.org/draft-07/schema#");
  expect_keys(json, example_schema());
  for (const ComponentType* type : example_registry().all()) {
    bool found = false;
    for (const auto& option : json["definitions"][type->kind]["oneOf"]) {
      if (option["properties"]["type"]["const"] != type->name) continue;
      found = true;
      expect_keys(option, *type->schema);
      EXPECT_EQ(option["additionalProperties"], false);
    }
    EXPECT_TRUE(found) << type->name;
  }
}

TEST(JsonSchema, SaysRangesUnitsWordsAndLengths) {
  const auto json = nlohmann::json::parse(json_schema(example_schema(), example_registry()));
  const auto& camera = json["properties"]["camera"]["properties"];
  EXPECT_EQ(camera["pupil"]["properties"]["samples"]["minimum"], 16.0);
  EXPECT_EQ(camera["pupil"]["properties"]["samples"]["maximum"], 4096.0);
  EXPECT_EQ(camera["pitch"]["minItems"], 2);
  EXPECT_EQ(json["properties"]["positions"]["items"]["maxItems"], 2);
  EXPECT_EQ(json["properties"]["task"]["enum"], (nlohmann::json{"reconstruct", "simulate"}));
  EXPECT_EQ(json["then"]["required"], (nlohmann::json{"parfocal", "name", "camera", "solver"}));
  const std::regex pattern(camera["pupil"]["properties"]["diameter"]["pattern"].get<std::string>());
  for (const char* good : {"532 nm", "0.25mm", "1e-3 m", "-.5 um", "+1.5E2 \u00B5m"})
    EXPECT_TRUE(std::regex_match(good, pattern)) << good;
  for (const char* bad : {"532", "532 deg", "0532 nm", "nm", "1,5 nm"})
    EXPECT_FALSE(std::regex_match(bad, pattern)) << bad;
}

}  // namespace
}  // namespace parfocal::test
