// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "learned/training/trainer.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;

/// Rosenbrock's function of two leaves of different units: a height and an angle.
struct Case {
  ParameterTree tree;
  OptimizeBlock block;
  double metres = 1.0;  ///< Of the unit of a.x.
  int evaluations = 0;

  explicit Case(const std::string& unit = "um", double scale = 1e-6,
                at::ScalarType dtype = at::kDouble)
      : metres(scale) {
    add("a.x", unit, scale, at::full({1}, -1.2e-6 / scale, dtype));
    add("a.y", "rad", 1.0, at::full({1}, 1.0, dtype));
    block.steps = 200;
    block.optimizer.method = Optimizer::Method::kLbfgs;
    block.parameters = {{"a.x", group("1 um")}, {"a.y", group("1 rad")}};
  }
  void add(const std::string& path, const std::string& unit, double scale, const at::Tensor& leaf) {
    Parameter p;
    p.leaf = leaf;
    p.unit = unit;
    p.scale = scale;
    tree.add(path, p);
  }
  static ParameterGroup group(const std::string& rate) {
    ParameterGroup g;
    g.rate = rate;
    return g;
  }
  [[nodiscard]] at::Tensor leaf(const std::string& path) const { return tree.at(path).leaf; }
  [[nodiscard]] double value(const std::string& path) const { return leaf(path).item<double>(); }
  [[nodiscard]] Trainer::LossFunction loss() {
    return [this] {
      ++evaluations;
      const at::Tensor x = leaf("a.x") * (metres * 1e6), y = leaf("a.y");
      return ((y - x.square()).square() * 100.0 + (1.0 - x).square()).sum();
    };
  }
};

TEST(TrainerLbfgs, FindsTheMinimumOfRosenbrockAcrossUnits) {
  Case c;
  Trainer trainer(c.block, c.tree);
  int steps = 0;
  while (trainer.step(c.loss()) >= 1e-10) ++steps;
  EXPECT_NEAR(steps, 36, 6) << "SciPy's L-BFGS-B, see lbfgs_test.cpp";
  EXPECT_NEAR(c.value("a.x"), 1.0, 1e-4);
  EXPECT_NEAR(c.value("a.y"), 1.0, 1e-4);
  EXPECT_LT(c.evaluations, 3 * steps);
}

/// A leaf in nanometres with a rate in nanometres walks the same path in metres.
TEST(TrainerLbfgs, TheUnitOfALeafDoesNotMatter) {
  Case a("um", 1e-6), b("nm", 1e-9);
  Trainer one(a.block, a.tree), other(b.block, b.tree);
  for (int i = 0; i < 30; ++i) {
    EXPECT_NEAR(one.step(a.loss()), other.step(b.loss()), 1e-6) << i;
    EXPECT_NEAR(a.value("a.x"), b.value("a.x") * 1e-3, 1e-6) << i;
    EXPECT_NEAR(a.value("a.y"), b.value("a.y"), 1e-6) << i;
  }
  EXPECT_EQ(a.evaluations, b.evaluations);
}

/// The gradient is (215.6 / um, -88 / rad): by rates of 20 nm and 0.1 rad (4.312, -8.8).
TEST(TrainerLbfgs, TheFirstTrialChangesOneVariableByItsRate) {
  Case c;
  c.block.parameters = {{"a.x", Case::group("20 nm")}, {"a.y", Case::group("0.1 rad")}};
  Trainer trainer(c.block, c.tree);
  std::vector<std::pair<double, double>> seen;
  trainer.step([&] {
    seen.emplace_back(c.value("a.x"), c.value("a.y"));
    return c.loss()();
  });
  ASSERT_GE(seen.size(), 2U);
  EXPECT_NEAR(seen[1].second, 1.1, 1e-12);
  EXPECT_NEAR(seen[1].first, -1.2 + 0.02 * 4.312 / 8.8, 1e-12);
}

TEST(TrainerLbfgs, AllLossesOfAStepSeeTheSameStepCount) {
  Case c;
  Trainer trainer(c.block, c.tree);
  for (std::int64_t i = 0; i < 3; ++i) {
    trainer.step([&] {
      EXPECT_EQ(trainer.step_count(), i);
      return c.loss()();
    });
  }
}

TEST(TrainerLbfgs, AGroupThatStandsStillStaysAndAChangeBeginsWithoutPairs) {
  Case c;
  c.block.parameters[1].second.start = 3;
  Trainer trainer(c.block, c.tree);
  for (int i = 0; i < 3; ++i) trainer.step(c.loss());
  EXPECT_EQ(c.value("a.y"), 1.0);
  TrainerState state = trainer.state();
  EXPECT_EQ(state.at("pair_steps/a.x").size(0), 3);
  EXPECT_FALSE(state.contains("pair_steps/a.y"));
  trainer.step(c.loss());
  EXPECT_NE(c.value("a.y"), 1.0);
  state = trainer.state();
  EXPECT_EQ(state.at("pair_steps/a.x").size(0), 1);
  EXPECT_EQ(state.at("pair_steps/a.y").size(0), 1);
}

TEST(TrainerLbfgs, HalvedRatesHalveTheFirstTrialAndBeginWithoutPairs) {
  Case c;
  Trainer trainer(c.block, c.tree);
  trainer.step(c.loss());
  trainer.scale_rates(0.5);
  EXPECT_FALSE(trainer.state().contains("pair_steps/a.x"));
  std::vector<double> x, y;
  trainer.step([&] {
    x.push_back(c.value("a.x"));
    y.push_back(c.value("a.y"));
    return c.loss()();
  });
  EXPECT_NEAR(std::max(std::abs(x[1] - x[0]), std::abs(y[1] - y[0])), 0.5, 1e-12);
}

TEST(TrainerLbfgs, WithoutALowerLossNothingMovesAndTheTrainerSaysSo) {
  Case c;
  Trainer trainer(c.block, c.tree);
  trainer.step(c.loss());
  EXPECT_FALSE(trainer.stands_still());
  const at::Tensor x = c.leaf("a.x").detach().clone(), y = c.leaf("a.y").detach().clone();
  int count = 0;
  const auto rising = [&] { return c.loss()() + ++count * 1e3; };
  trainer.step(rising);
  EXPECT_TRUE(trainer.stands_still());
  EXPECT_EQ(trainer.step_count(), 2);
  EXPECT_TRUE(at::equal(c.leaf("a.x"), x));
  EXPECT_TRUE(at::equal(c.leaf("a.y"), y));
  trainer.step(c.loss());
  EXPECT_FALSE(trainer.stands_still());
}

TEST(TrainerLbfgs, ATrialThatIsNotFiniteIsShortenedAndAStartThatIsNotIsAnError) {
  Case c;
  c.block.parameters = {{"a.x", Case::group("100 um")}};
  Trainer trainer(c.block, c.tree);
  // Its minimum is at 1; from 1.5 on there is nothing.
  const auto walled = [&] {
    const at::Tensor x = c.leaf("a.x");
    return ((1.5 - x).log().neg() - x * 2.0).sum();
  };
  while (trainer.step_count() < 12) EXPECT_TRUE(std::isfinite(trainer.step(walled)));
  EXPECT_NEAR(c.value("a.x"), 1.0, 1e-6);
  const at::Tensor x = c.leaf("a.x").detach().clone();
  try {
    trainer.step([&] { return (c.leaf("a.x") * std::nan("")).sum(); });
    FAIL() << "no error";
  } catch (const NumericError& error) {
    EXPECT_THAT(error.what(), HasSubstr("not finite at step 12"));
  }
  EXPECT_THROW(trainer.step([&] { return (c.leaf("a.x") * 0.0).sqrt().sum(); }), NumericError);
  EXPECT_TRUE(at::equal(c.leaf("a.x"), x));
}

/// Optics that cannot be sampled, an iteration that diverges: walls like a loss that is not finite.
template <class Refusal>
void expect_wall() {
  Case c;
  c.block.parameters = {{"a.x", Case::group("100 um")}};
  Trainer trainer(c.block, c.tree);
  const auto walled = [&] {
    if (c.value("a.x") > 1.5) throw Refusal("beyond the wall");
    return (c.leaf("a.x") - 1.0).square().sum();
  };
  while (trainer.step_count() < 6) trainer.step(walled);
  EXPECT_NEAR(c.value("a.x"), 1.0, 1e-6);
  const auto refused = [&]() -> at::Tensor { throw Refusal("everywhere"); };
  EXPECT_THROW(trainer.step(refused), Refusal) << "at the start of a step";
}

TEST(TrainerLbfgs, ATrialWithoutALossIsShortened) {
  expect_wall<SamplingError>();
  expect_wall<NumericError>();
}

TEST(TrainerLbfgs, AnyOtherErrorOfTheLossLeavesTheLeavesWhereTheyWere) {
  Case c;
  Trainer trainer(c.block, c.tree);
  int count = 0;
  const auto breaks = [&] {
    if (++count == 2) throw DataError("the file is gone");
    return c.loss()();
  };
  EXPECT_THROW(trainer.step(breaks), DataError);
  EXPECT_EQ(c.value("a.x"), -1.2);
  EXPECT_EQ(c.value("a.y"), 1.0);
  EXPECT_EQ(trainer.step_count(), 0);
}

TEST(TrainerLbfgs, MovesLeavesOfSinglePrecisionDownToTheirRounding) {
  Case c("um", 1e-6, at::kFloat);
  Trainer trainer(c.block, c.tree);
  double before = trainer.step(c.loss());
  for (int i = 0; i < 60; ++i) {
    const double now = trainer.step(c.loss());
    EXPECT_LE(now, before);
    before = now;
  }
  EXPECT_LT(before, 1e-8);
  EXPECT_NEAR(c.value("a.x"), 1.0, 1e-3);
}

std::string refusal(Case& c) {
  try {
    Trainer trainer(c.block, c.tree);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(TrainerLbfgs, WhatALineSearchCannotDoIsRefused) {
  Case bounded;
  bounded.tree.at("a.y").bounds = Bounds::at_least(0.0);
  EXPECT_THAT(refusal(bounded), HasSubstr("a.y has bounds"));
  EXPECT_THAT(refusal(bounded), HasSubstr("bounds: reparametrization"));
  bounded.block.parameters[1].second.bounds = ParameterGroup::Bounded::kReparametrization;
  EXPECT_EQ(refusal(bounded), "");
  Case scheduled;
  scheduled.block.parameters[0].second.schedule = ParameterGroup::Schedule::kCosine;
  EXPECT_THAT(refusal(scheduled), HasSubstr("parameters.a.x.schedule: method lbfgs finds"));
  Case clipped;
  clipped.block.parameters[1].second.clip = 1.0;
  EXPECT_THAT(refusal(clipped), HasSubstr("parameters.a.y.clip"));
  Case decaying;
  decaying.block.optimizer.weight_decay = 0.1;
  EXPECT_THAT(refusal(decaying), HasSubstr("no weight_decay"));
}

TEST(TrainerLbfgs, FindsAMinimumBehindAReparametrization) {
  Case c;
  c.tree.at("a.y").bounds = {.lower = 0.0, .upper = 3.0};
  c.block.parameters[1].second.bounds = ParameterGroup::Bounded::kReparametrization;
  Trainer trainer(c.block, c.tree);
  int steps = 0;
  while (trainer.step(c.loss()) >= 1e-12 && steps < 100) ++steps;
  EXPECT_LT(steps, 60);
  EXPECT_NEAR(c.value("a.y"), 1.0, 1e-5);
}

}  // namespace
}  // namespace parfocal
