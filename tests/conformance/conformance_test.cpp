// SPDX-License-Identifier: Apache-2.0
#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "apps/registry.h"
#include "core/tensor/device.h"
#include "datasets/image_files.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/description_checks.h"
#include "tests/conformance/outputs.h"

namespace parfocal::conformance {
namespace {

const Registry& registry() {
  static const Registry all = make_registry();
  return all;
}

std::filesystem::path example_of(const ComponentType& type) {
  return std::filesystem::path(PARFOCAL_SOURCE_DIR) / "configs/components" / (type.name + ".yaml");
}

/// Why the example cannot be built here, or an empty text.
std::string missing_data(const ComponentType& type) {
  if (!names_measured_data(example_of(type))) return "";
  const char* folder = std::getenv("PARFOCAL_DATA");
  if (folder != nullptr && std::filesystem::is_directory(folder)) return "";
  return "measured data: set PARFOCAL_DATA to their folder";
}

bool data_are_required() {
  const char* required = std::getenv("PARFOCAL_REQUIRE_DATA");
  return required != nullptr && std::string(required) == "1";
}

class Conformance : public testing::TestWithParam<const ComponentType*> {
 protected:
  static void SetUpTestSuite() { ::setenv("PARFOCAL_DATA", "/nowhere", 0); }

  void TearDown() override {
    std::cout << findings_.table();
    EXPECT_TRUE(findings_.good()) << findings_.violation_text();
  }

  const ComponentType& type() const { return *GetParam(); }
  Subject subject() const { return read_example(example_of(type()), type(), registry()); }

  datasets::ImageFileLoader files_;
  Findings findings_{GetParam()->kind + " " + GetParam()->name};
};

TEST_P(Conformance, DescriptionIsWhole) {
  check_schema(*type().schema, type().name, findings_);
  check_reading(subject(), findings_);
}

TEST_P(Conformance, BehavesAsItsKindPromises) {
  if (const std::string missing = missing_data(type()); !missing.empty()) {
    ASSERT_FALSE(data_are_required()) << missing;
    GTEST_SKIP() << missing;
  }
  check_behaviour(subject(), &files_, findings_);
}

TEST_P(Conformance, CudaGivesTheNumbersOfTheCpu) {
  const DeviceChoice choice = select_device("auto");
  if (!choice.device.is_cuda()) GTEST_SKIP() << choice.reason;
  if (const std::string missing = missing_data(type()); !missing.empty()) GTEST_SKIP() << missing;
  check_device(subject(), choice.device, &files_, findings_);
}

TEST_P(Conformance, CudaGivesTheGradientsOfTheCpu) {
  const DeviceChoice choice = select_device("auto");
  if (!choice.device.is_cuda()) GTEST_SKIP() << choice.reason;
  if (const std::string missing = missing_data(type()); !missing.empty()) GTEST_SKIP() << missing;
  if (type().kind == "view") GTEST_SKIP() << "shows, and is not trained";
  check_device_gradients(subject(), choice.device, &files_, findings_);
}

INSTANTIATE_TEST_SUITE_P(Registered, Conformance, testing::ValuesIn(registry().all()),
                         [](const auto& parameter) {
                           return parameter.param->kind + "_" + parameter.param->name;
                         });

TEST(ConformanceSuite, SeesTheComponentsOfEveryWing) {
  for (const char* kind : {"scene", "element", "psf", "view", "detector", "model", "solver",
                           "prior", "constraint", "network"}) {
    EXPECT_FALSE(registry().of_kind(kind).empty()) << kind;
  }
}

}  // namespace
}  // namespace parfocal::conformance
