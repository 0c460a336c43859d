// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/picture_cache.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace parfocal::datasets {
namespace {

at::Tensor numbers(std::initializer_list<double> values) {
  return at::tensor(std::vector<double>(values), at::kDouble);
}

TEST(PictureCache, AFileIsReadOnce) {
  PictureCache cache;
  int reads = 0;
  const auto read = [&] {
    ++reads;
    return numbers({0, 7, 255});
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(at::equal(cache.find_or_read("a.png", read).to(at::kDouble), numbers({0, 7, 255})));
  }
  EXPECT_EQ(reads, 1);
  static_cast<void>(cache.find_or_read("b.png", read));
  EXPECT_EQ(reads, 2);
}

TEST(PictureCache, EveryNumberIsKeptInTheSmallestTypeThatHoldsIt) {
  PictureCache cache;
  const auto type_of = [&](const std::string& name, const at::Tensor& values) {
    static_cast<void>(cache.find_or_read(name, [&] { return values; }));
    const at::Tensor kept = cache.find_or_read(name, [] { return at::Tensor(); });
    EXPECT_TRUE(at::equal(kept.to(at::kDouble), values)) << name;
    return kept.scalar_type();
  };
  EXPECT_EQ(type_of("byte", numbers({0, 255})), at::kByte);
  EXPECT_EQ(type_of("negative", numbers({-1, 255})), at::kShort);
  EXPECT_EQ(type_of("short", numbers({256, 32767})), at::kShort);
  EXPECT_EQ(type_of("word", numbers({0, 65535})), at::kInt);
  EXPECT_EQ(type_of("half", numbers({0.5, 3e9})), at::kFloat);
  EXPECT_EQ(type_of("third", numbers({1.0 / 3.0})), at::kDouble);
  EXPECT_EQ(type_of("large", numbers({0x1p53 - 1.0})), at::kDouble);
}

TEST(PictureCache, WhatDoesNotFitIsReadAgain) {
  PictureCache cache(10);
  int reads = 0;
  const auto eight = [&] {
    ++reads;
    return at::full({8}, 3.0, at::kDouble);
  };
  for (int i = 0; i < 3; ++i) static_cast<void>(cache.find_or_read("first", eight));
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(cache.bytes(), 8U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(cache.find_or_read("second", eight).sum().item<double>(), 24.0);
  }
  EXPECT_EQ(reads, 4);
  EXPECT_EQ(cache.bytes(), 8U);
  static_cast<void>(cache.find_or_read("first", eight));
  EXPECT_EQ(reads, 4);
}

}  // namespace
}  // namespace parfocal::datasets
