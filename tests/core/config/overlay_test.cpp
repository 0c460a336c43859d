// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/diagnostics.h"
#include "core/config/document.h"
#include "core/config/scalar_text.h"

namespace parfocal {
namespace {

std::string laid_over(const std::string& base, const std::string& changes) {
  Node tree = parse_yaml(base, "base.yaml");
  overlay(tree, parse_yaml(changes, "changes.yaml"));
  return inline_text(tree);
}

TEST(Overlay, MapWithTypeReplacesTheComponent) {
  EXPECT_EQ(laid_over("{a: {type: x, k: 1}}", "{a: {type: y}}"), "{a: {type: y}}");
}

TEST(Overlay, MapWithoutTypeMergesKeyByKey) {
  EXPECT_EQ(laid_over("{a: {type: x, k: 1, m: {p: 1, q: 2}}}", "{a: {k: 2, m: {q: 3}}}"),
            "{a: {type: x, k: 2, m: {p: 1, q: 3}}}");
}

TEST(Overlay, ScalarsAndListsAreReplaced) {
  EXPECT_EQ(laid_over("{a: [1, 2], b: 1, c: {d: 1}}", "{a: [3], b: {e: 2}, c: 5}"),
            "{a: [3], b: {e: 2}, c: 5}");
}

TEST(Overlay, DottedKeysReachMapsAndListItems) {
  EXPECT_EQ(laid_over("{a: {b: [{c: 1}, {c: 2}]}}", "{a.b.1.c: 7, x.y: 1}"),
            "{a: {b: [{c: 1}, {c: 7}]}, x: {y: 1}}");
}

TEST(Overlay, KeysThatContainDotsBelowTheRootStayWhole) {
  EXPECT_EQ(laid_over("{optimize: {parameters: {optics.mask: {rate: 1}}}}",
                      "{optimize.parameters: {optics.mask: {rate: 2}, optics.lens: {rate: 3}}}"),
            "{optimize: {parameters: {optics.mask: {rate: 2}, optics.lens: {rate: 3}}}}");
  EXPECT_EQ(laid_over("{optimize: {parameters: {optics.mask: {rate: 1}}}}",
                      "{optimize.parameters.optics.mask.rate: 5}"),
            "{optimize: {parameters: {optics.mask: {rate: 5}}}}");
}

TEST(Overlay, ElementsKeepTheirPlaceAndNewOnesSayAfter) {
  const std::string base = "{optics: {stop: {type: a}, mask: {type: b}, lens: {type: c}}}";
  EXPECT_EQ(laid_over(base, "{optics.mask: {type: flat}}"),
            "{optics: {stop: {type: a}, mask: {type: flat}, lens: {type: c}}}");
  EXPECT_EQ(laid_over(base, "{optics.filter: {type: f, after: stop}}"),
            "{optics: {stop: {type: a}, filter: {type: f}, mask: {type: b}, lens: {type: c}}}");
  EXPECT_EQ(laid_over(base, "{optics: {last: {type: f}}}"),
            "{optics: {stop: {type: a}, mask: {type: b}, lens: {type: c}, last: {type: f}}}");
}

TEST(Overlay, ImpossiblePathsAreAllReported) {
  Node tree = parse_yaml("{a: [1], b: 2}", "base.yaml");
  try {
    overlay(tree, parse_yaml("a.3: 1\nb.c: 1\nx..y: 1\n", "changes.yaml"));
    FAIL();
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.diagnostics().size(), 3U);
    EXPECT_EQ(error.diagnostics()[0].message, "a.3: \"3\" is no index of a list of 1");
    EXPECT_EQ(error.diagnostics()[1].message,
              "b.c: leads through a plain value, which has no keys");
    EXPECT_EQ(error.diagnostics()[2].where.line, 3);
  }
}

}  // namespace
}  // namespace parfocal
