// SPDX-License-Identifier: Apache-2.0
#include "learned/training/trainer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"

namespace parfocal {
namespace {

/// A tree of leaves that start at 1, and a block with one group for "a".
struct Case {
  ParameterTree tree;
  OptimizeBlock block;

  explicit Case(std::int64_t steps = 10) {
    for (const char* path : {"a.x", "a.y", "b.z"}) add(path);
    block.steps = steps;
    block.parameters = {{"a", group("0.1")}};
  }
  void add(const std::string& path, Bounds bounds = {}) {
    Parameter p;
    p.leaf = at::full({1}, 1.0, at::kDouble);
    p.unit = "1";
    p.bounds = bounds;
    tree.add(path, p);
  }
  static ParameterGroup group(const std::string& rate) {
    ParameterGroup g;
    g.rate = rate;
    return g;
  }
  [[nodiscard]] double value(const std::string& path) const {
    return tree.at(path).leaf.item<double>();
  }
  [[nodiscard]] at::Tensor leaf(const std::string& path) const { return tree.at(path).leaf; }
  /// 3 x + 5 y + z: constant gradients.
  [[nodiscard]] Trainer::LossFunction line() const {
    return [this] { return (leaf("a.x") * 3.0 + leaf("a.y") * 5.0 + leaf("b.z")).sum(); };
  }
};

TEST(Trainer, AdamStepsByTheRateUnderAConstantGradient) {
  Case c;
  Trainer trainer(c.block, c.tree);
  EXPECT_DOUBLE_EQ(trainer.step(c.line()), 9.0);
  trainer.step(c.line());
  EXPECT_NEAR(c.value("a.x"), 0.8, 1e-8);
  EXPECT_NEAR(c.value("a.y"), 0.8, 1e-8);
  EXPECT_EQ(c.value("b.z"), 1.0) << "no group holds it";
}

/// Against Kingma and Ba's recursion on x^2.
TEST(Trainer, AdamIsItsPublishedRecursion) {
  Case c;
  Trainer trainer(c.block, c.tree);
  double x = 1.0, m = 0.0, v = 0.0;
  for (int t = 1; t <= 10; ++t) {
    trainer.step([&] { return c.leaf("a.x").square().sum(); });
    const double g = 2.0 * x;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    x -= 0.1 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
    EXPECT_NEAR(c.value("a.x"), x, 1e-14) << t;
  }
}

TEST(Trainer, GradientDescentFollowsMomentumAndSchedule) {
  Case c(4);
  c.block.optimizer.method = Optimizer::Method::kSgd;
  c.block.optimizer.momentum = 0.5;
  c.block.parameters[0].second.schedule = ParameterGroup::Schedule::kLinear;
  Trainer trainer(c.block, c.tree);
  double x = 1.0, velocity = 0.0;
  for (int t = 0; t < 4; ++t) {
    trainer.step(c.line());
    velocity = 0.5 * velocity + 3.0;
    x -= 0.1 * (1.0 - t / 4.0) * velocity;
    EXPECT_NEAR(c.value("a.x"), x, 1e-14) << t;
  }
  EXPECT_TRUE(trainer.is_done());
}

TEST(Trainer, ClipsTheNormOfTheWholeGroup) {
  Case c;
  c.block.optimizer.method = Optimizer::Method::kSgd;
  c.block.parameters[0].second.clip = 1.0;
  Trainer trainer(c.block, c.tree);
  trainer.step(c.line());
  EXPECT_NEAR(c.value("a.x"), 1.0 - 0.1 * 3.0 / std::sqrt(34.0), 1e-14);
  EXPECT_NEAR(c.value("a.y"), 1.0 - 0.1 * 5.0 / std::sqrt(34.0), 1e-14);
}

TEST(Trainer, TheLongestPathOwnsALeafAndFrozenOnesStay) {
  Case c;
  c.block.parameters = {{"a", Case::group("0.1")}, {"a.y", Case::group("0.2")}};
  c.block.frozen = {"a.x", "a"};
  Trainer trainer(c.block, c.tree);
  ASSERT_EQ(trainer.parameters().size(), 1U);
  EXPECT_EQ(trainer.parameters()[0].path, "a.y");
  trainer.step(c.line());
  EXPECT_NEAR(c.value("a.y"), 0.8, 1e-8);
  EXPECT_EQ(c.value("a.x"), 1.0);
}

TEST(Trainer, AFrozenPathWinsOverAGroupOfTheSamePath) {
  Case c;
  c.block.frozen = {"a"};
  EXPECT_TRUE(Trainer(c.block, c.tree).parameters().empty());
}

TEST(Trainer, AGroupThatStandsStillKeepsItsValueDespiteMomentum) {
  Case c(6);
  c.block.parameters[0].second.stop = 2;
  Trainer trainer(c.block, c.tree);
  trainer.step(c.line());
  trainer.step(c.line());
  const double x = c.value("a.x");
  trainer.step(c.line());
  EXPECT_EQ(c.value("a.x"), x);
}

TEST(Trainer, LeavesStayInsideTheirBounds) {
  for (const auto by :
       {ParameterGroup::Bounded::kProjection, ParameterGroup::Bounded::kReparametrization}) {
    Case c(200);
    c.add("c.w", Bounds{0.5, 2.0});
    c.block.parameters = {{"c", Case::group("0.3")}};
    c.block.parameters[0].second.bounds = by;
    Trainer trainer(c.block, c.tree);
    while (!trainer.is_done()) {
      trainer.step([&] { return c.leaf("c.w").sum(); });
      ASSERT_GE(c.value("c.w"), 0.5);
    }
    EXPECT_LT(c.value("c.w"), 0.51);
  }
}

TEST(Trainer, SchedulesMoveAParameterAlongTheirLine) {
  Case c(10);
  ParameterSchedule line;
  line.from = "4";
  line.to = "1";
  line.start = 2;
  line.stop = 4;
  line.scale = ParameterSchedule::Scale::kLogarithmic;
  line.after = "0";
  c.block.schedules = {{"b.z", line}};
  Trainer trainer(c.block, c.tree);
  const double expected[] = {4.0, 4.0, 4.0, 2.0, 0.0, 0.0};
  for (int t = 0; t < 6; ++t) {
    trainer.step([&] {
      EXPECT_DOUBLE_EQ(c.value("b.z"), expected[t]) << t;
      return c.leaf("a.x").sum();
    });
  }
}

TEST(Trainer, AScanTakesTheBestOfItsValuesWithSchedulesAtTheirEnd) {
  Case c(3);
  ParameterScan scan;
  scan.from = "0";
  scan.to = "2";
  scan.candidates = 8;
  scan.at = {3};
  c.block.scans = {{"b.z", scan}};
  Trainer trainer(c.block, c.tree);
  const auto loss = [&] { return ((c.leaf("b.z") - 1.3).square() + c.leaf("a.x") * 0.0).sum(); };
  while (!trainer.is_done()) trainer.step(loss);
  EXPECT_EQ(c.value("b.z"), 1.0);
  trainer.finish(loss);
  EXPECT_EQ(c.value("b.z"), 1.25);
}

TEST(Trainer, KeepBestGivesTheParametersOfTheLowestLoss) {
  Case c(40);
  c.block.keep = OptimizeBlock::Keep::kBest;
  c.block.parameters = {{"a.x", Case::group("0.3")}};
  Trainer trainer(c.block, c.tree);
  const auto loss = [&] { return (c.leaf("a.x") - 0.25).square().sum(); };
  double least = std::numeric_limits<double>::infinity();
  while (!trainer.is_done()) least = std::min(least, trainer.step(loss));
  trainer.finish(loss);
  EXPECT_LE(loss().item<double>(), least);
}

TEST(Trainer, ALossThatIsNotFiniteNamesTheStepAndKeepsTheLeaves) {
  Case c;
  Trainer trainer(c.block, c.tree);
  trainer.step(c.line());
  const double x = c.value("a.x");
  try {
    trainer.step([&] { return (c.leaf("a.x") * std::nan("")).sum(); });
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("not finite at step 1"));
  }
  EXPECT_THROW(trainer.step([&] { return (c.leaf("a.x") * 0.0).sqrt().sum(); }), NumericError);
  EXPECT_EQ(c.value("a.x"), x);
}

TEST(Trainer, PathsThatNameNothingAreRefused) {
  Case c;
  c.block.parameters = {{"a.w", Case::group("0.1")}};
  EXPECT_THROW(Trainer(c.block, c.tree), UsageError);
  c.block.parameters = {{"a", Case::group("0")}};
  EXPECT_THROW(Trainer(c.block, c.tree), UsageError);
  c.tree.at("b.z").trainable = false;
  c.block.parameters = {{"b", Case::group("0.1")}};
  EXPECT_THROW(Trainer(c.block, c.tree), UsageError);
}

TEST(Trainer, WithoutGroupsThereIsNothingToDo) {
  Case c;
  c.block.parameters.clear();
  Trainer trainer(c.block, c.tree);
  EXPECT_TRUE(trainer.is_done());
  EXPECT_EQ(trainer.steps(), 0);
}

/// x steps by -0.1 each time; its average by the stated recursion.
TEST(Trainer, TheMovingAverageIsItsRecursionAndIsWhatStays) {
  Case c(6);
  c.block.average = 0.5;
  Trainer trainer(c.block, c.tree);
  double average = 1.0;
  for (int t = 0; t < 6; ++t) {
    trainer.step(c.line());
    const double decay = std::min(0.5, (1.0 + t) / (10.0 + t));
    average = decay * average + (1.0 - decay) * c.value("a.x");
  }
  double judged = 0.0;
  const double told = trainer.judge([&] {
    judged = c.value("a.x");
    return c.leaf("a.x").sum();
  });
  EXPECT_DOUBLE_EQ(told, judged);
  EXPECT_NEAR(judged, average, 1e-14) << "the average is judged";
  EXPECT_NEAR(c.value("a.x"), 0.4, 1e-7) << "and gives way again";
  trainer.finish(c.line());
  EXPECT_NEAR(c.value("a.x"), average, 1e-14);
}

TEST(Trainer, GroupsTakeTurnsInACycle) {
  Case c(6);
  c.block.parameters = {{"a.x", Case::group("0.1")}, {"a.y", Case::group("0.1")}};
  for (auto& [path, group] : c.block.parameters) group.cycle = 3;
  c.block.parameters[1].second.in_cycle = {1, 2};
  Trainer trainer(c.block, c.tree);
  std::string moved;
  for (int t = 0; t < 6; ++t) {
    const double x = c.value("a.x"), y = c.value("a.y");
    trainer.step(c.line());
    moved += c.value("a.x") != x ? 'x' : '-';
    moved += c.value("a.y") != y ? 'y' : '-';
  }
  EXPECT_EQ(moved, "x--y-yx--y-y");
}

TEST(Trainer, TheBestJudgementStaysAndPatienceEndsTheTraining) {
  Case c(100);
  c.block.keep = OptimizeBlock::Keep::kBest;
  c.block.validation = Validation{.every = 1, .samples = 1, .patience = 3};
  Trainer trainer(c.block, c.tree);
  // The training goes down the line; the judge wants x = 0.65.
  int steps = 0;
  while (!trainer.is_done()) {
    trainer.step(c.line());
    trainer.judge([&] { return (c.leaf("a.x") - 0.65).square().sum(); });
    ++steps;
  }
  EXPECT_EQ(steps, 7)
      << "0.9 0.8 0.7 are better each, 0.6 is as good as 0.7 to rounding, then worse";
  trainer.finish(c.line());
  EXPECT_NEAR(c.value("a.x"), 0.65, 0.051);
}

TEST(Trainer, RatesCanBeScaledOnTheWay) {
  Case c;
  Trainer trainer(c.block, c.tree);
  trainer.step(c.line());
  trainer.scale_rates(0.5);
  trainer.step(c.line());
  EXPECT_NEAR(c.value("a.x"), 0.85, 1e-8);
}

}  // namespace
}  // namespace parfocal
