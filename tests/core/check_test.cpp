// SPDX-License-Identifier: Apache-2.0
#include "core/check.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace parfocal {
namespace {

template <class Call>
std::string failure_of(Call call) {
  try {
    call();
  } catch (const LogicError& error) {
    const std::string text = error.what();
    return text.substr(text.find(": check failed"));
  }
  return "no failure";
}

TEST(Check, PrintsTheExpressionAndBothValues) {
  const int n = 3;
  EXPECT_EQ(failure_of([&] { PARFOCAL_CHECK(n == 4); }), ": check failed: n == 4 (got 3 and 4)");
  EXPECT_EQ(failure_of([&] { PARFOCAL_CHECK(n + 1 == 4); }), "no failure");
  EXPECT_EQ(failure_of([&] { PARFOCAL_CHECK(n % 2 <= 0); }),
            ": check failed: n % 2 <= 0 (got 1 and 0)");
}

TEST(Check, ComparesIntegersByValue) {
  const std::vector<int> empty;
  EXPECT_EQ(failure_of([&] { PARFOCAL_CHECK(empty.size() == 0); }), "no failure");
  const std::int64_t below = -1;
  EXPECT_EQ(failure_of([&] { PARFOCAL_CHECK(below < empty.size()); }), "no failure");
  EXPECT_EQ(failure_of([&] { PARFOCAL_CHECK(below == UINT64_MAX); }),
            ": check failed: below == UINT64_MAX (got -1 and 18446744073709551615)");
}

TEST(Check, TakesASingleCondition) {
  const bool good = false;
  EXPECT_EQ(failure_of([&] { PARFOCAL_CHECK(good); }), ": check failed: good");
}

}  // namespace
}  // namespace parfocal
