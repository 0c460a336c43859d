// SPDX-License-Identifier: Apache-2.0
#include "core/operators/parameter_tree.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/check.h"
#include "core/error.h"

namespace parfocal {
namespace {

Parameter parameter(bool trainable = true) {
  Parameter result;
  result.leaf = at::zeros({2, 3}, at::kDouble);
  result.unit = "um";
  result.scale = 1e-6;
  result.trainable = trainable;
  return result;
}

ParameterTree small_tree() {
  ParameterTree tree;
  tree.add("optics.mask.height", parameter());
  tree.add("optics.mask.index", parameter(false));
  tree.add("optics.lens.focal_length", parameter());
  tree.add("optics.mask_two.height", parameter());
  return tree;
}

std::string usage_error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParameterTree, GivesBackWhatWasHung) {
  ParameterTree tree = small_tree();
  EXPECT_TRUE(tree.contains("optics.mask.height"));
  EXPECT_EQ(tree.at("optics.mask.height").scale, 1e-6);
  tree.at("optics.mask.height").bounds.upper = 2.0;
  EXPECT_EQ(std::as_const(tree).at("optics.mask.height").bounds.upper, 2.0);
}

TEST(ParameterTree, PathsAreUnique) {
  ParameterTree tree = small_tree();
  EXPECT_THROW(tree.add("optics.mask.height", parameter()), LogicError);
}

TEST(ParameterTree, EveryLeafIsReal) {
  ParameterTree tree;
  Parameter complex = parameter();
  complex.leaf = at::zeros({2}, at::kComplexDouble);
  EXPECT_THROW(tree.add("a", complex), LogicError);
  complex.leaf = at::Tensor();
  EXPECT_THROW(tree.add("a", complex), LogicError);
}

TEST(ParameterTree, IterationIsInOrderOfThePath) {
  std::vector<std::string> paths;
  const ParameterTree tree = small_tree();
  for (const auto& [path, value] : tree.all()) paths.push_back(path);
  EXPECT_EQ(paths, (std::vector<std::string>{"optics.lens.focal_length", "optics.mask.height",
                                             "optics.mask.index", "optics.mask_two.height"}));
}

TEST(ParameterTree, TrainableBelowTakesWholeWordsOfThePath) {
  const ParameterTree tree = small_tree();
  EXPECT_EQ(tree.trainable_below("optics.mask"), (std::vector<std::string>{"optics.mask.height"}));
  EXPECT_EQ(tree.trainable_below("optics").size(), 3u);
  EXPECT_EQ(tree.trainable_below("").size(), 3u);
  EXPECT_EQ(tree.trainable_below("optics.lens.focal_length").size(), 1u);
}

TEST(ParameterTree, UnknownPathNamesTheNearestOne) {
  ParameterTree tree = small_tree();
  EXPECT_EQ(usage_error_of([&] { static_cast<void>(tree.at("optics.mask.heigth")); }),
            "optics.mask.heigth: no such parameter; did you mean \"optics.mask.height\"?");
  EXPECT_EQ(usage_error_of([&] { static_cast<void>(tree.trainable_below("network")); }),
            "network: no such parameter; there are: optics.lens.focal_length, optics.mask.height, "
            "optics.mask.index, optics.mask_two.height");
  ParameterTree empty;
  EXPECT_EQ(usage_error_of([&] { static_cast<void>(empty.at("a.b")); }),
            "a.b: no such parameter; this experiment has none");
}

TEST(ParameterTree, WhatCannotBeTrainedSaysSo) {
  const ParameterTree tree = small_tree();
  EXPECT_EQ(usage_error_of([&] { static_cast<void>(tree.trainable_below("optics.mask.index")); }),
            "optics.mask.index: cannot be trained");
}

}  // namespace
}  // namespace parfocal
