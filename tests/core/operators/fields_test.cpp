// SPDX-License-Identifier: Apache-2.0
#include "core/operators/fields.h"

#include <gtest/gtest.h>

#include "core/check.h"

namespace parfocal {
namespace {

Field named(const std::string& name) {
  Field field;
  field.name = name;
  return field;
}

TEST(FieldSet, FindsByNameAndKeepsTheOrder) {
  FieldSet fields;
  fields.add(named("measurement"));
  fields.add(named("psf")).unit = "1";
  EXPECT_EQ(fields.at("psf").unit, "1");
  EXPECT_EQ(fields.all().front().name, "measurement");
  EXPECT_EQ(fields.find("object"), nullptr);
}

TEST(FieldSet, RefusesASecondFieldOfOneName) {
  FieldSet fields;
  fields.add(named("psf"));
  EXPECT_THROW(fields.add(named("psf")), LogicError);
}

TEST(FieldSet, MissingFieldNamesThoseThatAreThere) {
  FieldSet fields;
  fields.add(named("measurement"));
  fields.add(named("psf"));
  try {
    static_cast<void>(fields.at("object"));
    FAIL() << "no error";
  } catch (const LogicError& error) {
    EXPECT_STREQ(error.what(), "no field \"object\"; there are: measurement, psf");
  }
}

}  // namespace
}  // namespace parfocal
