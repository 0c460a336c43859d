// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "core/error.h"
#include "core/tensor/tensor_file.h"
#include "learned/training/trainer.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kSteps = 8;
constexpr std::array kMethods{Optimizer::Method::kAdam, Optimizer::Method::kAdamW,
                              Optimizer::Method::kSgd, Optimizer::Method::kLbfgs};

/// A crooked valley over a free leaf, a bounded one and a scanned one, with a schedule that bends
/// it from step to step.
struct Valley {
  ParameterTree tree;
  OptimizeBlock block;

  explicit Valley(Optimizer::Method method = Optimizer::Method::kAdam) {
    add("a.x", at::tensor({1.0, -2.0, 0.5}, at::kDouble), {});
    add("a.y", at::full({1}, 0.25, at::kDouble), {.lower = 0.0, .upper = 1.0});
    add("a.shift", at::full({1}, 0.0, at::kDouble), {});
    add("a.bend", at::full({1}, 0.0, at::kDouble), {});
    ParameterGroup group;
    group.rate = "0.05";
    group.schedule = ParameterGroup::Schedule::kCosine;
    group.bounds = ParameterGroup::Bounded::kReparametrization;
    block.parameters = {{"a.x", group}, {"a.y", group}};
    block.parameters[0].second.start = 2;
    block.optimizer.method = method;
    if (method == Optimizer::Method::kLbfgs) {
      for (auto& [path, held] : block.parameters) {
        held.schedule = ParameterGroup::Schedule::kConstant;
      }
      block.optimizer.history = 3;
    } else {
      block.optimizer.momentum = 0.8;
      block.optimizer.weight_decay = 0.01;
    }
    block.steps = kSteps;
    ParameterSchedule bend;
    bend.from = "0";
    bend.to = "1";
    bend.stop = 4;
    block.schedules = {{"a.bend", bend}};
    ParameterScan shift;
    shift.from = "-1";
    shift.to = "1";
    shift.at = {3, kSteps};
    block.scans = {{"a.shift", shift}};
    block.keep = OptimizeBlock::Keep::kBest;
    block.average = 0.9;
  }
  void add(const std::string& path, const at::Tensor& leaf, Bounds bounds) {
    Parameter p;
    p.leaf = leaf;
    p.unit = "1";
    p.bounds = bounds;
    tree.add(path, p);
  }
  [[nodiscard]] at::Tensor leaf(const std::string& path) const { return tree.at(path).leaf; }
  [[nodiscard]] Trainer::LossFunction loss() const {
    return [this] {
      const at::Tensor x = leaf("a.x") + leaf("a.shift");
      return (x.pow(4) * 0.1 + at::sin(x * 3.0 + leaf("a.bend")) * leaf("a.y")).sum() +
             leaf("a.y").square().sum();
    };
  }
};

TrainerState through_a_file(const TrainerState& state) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "trainer_state.safetensors";
  write_tensor_file(path, {state, {}});
  return read_tensor_file(path).tensors;
}

struct Ended {
  std::vector<double> losses;
  at::Tensor x, y, shift;
};

/// Stops after `cut` steps and goes on in a new trainer from what `change` makes of the state.
template <class Change>
Ended run(Optimizer::Method method, std::int64_t cut, Change change) {
  Ended ended;
  Valley first(method);
  Trainer begun(first.block, first.tree);
  for (std::int64_t i = 0; i < cut; ++i) ended.losses.push_back(begun.step(first.loss()));
  Valley second(method);
  Trainer resumed(second.block, second.tree);
  TrainerState state = through_a_file(begun.state());
  change(state);
  resumed.restore(state);
  EXPECT_EQ(resumed.step_count(), cut);
  while (!resumed.is_done()) ended.losses.push_back(resumed.step(second.loss()));
  resumed.finish(second.loss());
  ended.x = second.leaf("a.x").detach();
  ended.y = second.leaf("a.y").detach();
  ended.shift = second.leaf("a.shift").detach();
  return ended;
}

Ended run(Optimizer::Method method, std::int64_t cut) {
  return run(method, cut, [](TrainerState&) {});
}

TEST(TrainerState, GoesOnWithTheSameBitsFromEveryStepWithEveryMethod) {
  for (const auto method : kMethods) {
    const Ended whole = run(method, 0);
    for (std::int64_t cut = 1; cut <= kSteps; ++cut) {
      const Ended cut_run = run(method, cut);
      EXPECT_EQ(cut_run.losses, whole.losses) << "cut at " << cut;
      EXPECT_TRUE(at::equal(cut_run.x, whole.x)) << "cut at " << cut;
      EXPECT_TRUE(at::equal(cut_run.y, whole.y)) << "cut at " << cut;
      EXPECT_TRUE(at::equal(cut_run.shift, whole.shift)) << "cut at " << cut;
    }
  }
}

/// The control: without the moments of the optimizer the rest of the run is another one.
TEST(TrainerState, WithoutTheMomentsTheRunIsAnother) {
  for (const auto method : kMethods) {
    const Ended whole = run(method, 0);
    const Ended forgetful = run(method, 5, [](TrainerState& state) {
      std::erase_if(state, [](const auto& entry) {
        return entry.first.find("moment") != std::string::npos || entry.first.starts_with("pair_");
      });
    });
    EXPECT_NE(forgetful.losses, whole.losses);
  }
}

std::string refusal(const std::function<void(TrainerState&)>& change,
                    Optimizer::Method method = Optimizer::Method::kAdam) {
  Valley valley(method);
  Trainer trainer(valley.block, valley.tree);
  for (int i = 0; i < 6; ++i) trainer.step(valley.loss());
  TrainerState state = trainer.state();
  change(state);
  Valley other(method);
  Trainer resumed(other.block, other.tree);
  try {
    resumed.restore(state);
  } catch (const DataError& error) {
    EXPECT_EQ(resumed.step_count(), 0);
    EXPECT_EQ(other.leaf("a.y").item<double>(), 0.25) << "a refused state leaves no trace";
    return error.what();
  }
  return "";
}

TEST(TrainerState, AStateThatDoesNotFitIsRefusedWhole) {
  EXPECT_THAT(refusal([](TrainerState& s) { s.erase("value/a.y"); }), HasSubstr("lacks value/a.y"));
  EXPECT_THAT(refusal([](TrainerState& s) { s.erase("free/a.y"); }), HasSubstr("lacks free/a.y"));
  EXPECT_THAT(refusal([](TrainerState& s) { s.erase("second_moment/a.y"); }),
              HasSubstr("lacks second_moment/a.y"));
  EXPECT_THAT(refusal([](TrainerState& s) { s["value/b.z"] = at::full({1}, 1.0); }),
              HasSubstr("value/b.z belongs to nothing"));
  EXPECT_THAT(refusal([](TrainerState& s) { s["value/a.x"] = at::full({2}, 1.0, at::kDouble); }),
              HasSubstr("another shape"));
  EXPECT_THAT(refusal([](TrainerState& s) { s["value/a.x"] = s["value/a.x"].to(at::kFloat); }),
              HasSubstr("shape or dtype"));
  EXPECT_THAT(refusal([](TrainerState& s) { s["best/a.y"].fill_(NAN); }), HasSubstr("not finite"));
  EXPECT_THAT(refusal([](TrainerState& s) { s["step"] = at::full({}, 99, at::kLong); }),
              HasSubstr("of step 99"));
}

TEST(TrainerState, PairsThatDoNotFitAreRefusedWhole) {
  const auto pairs_refused = [](const std::function<void(TrainerState&)>& change) {
    return refusal(change, Optimizer::Method::kLbfgs);
  };
  EXPECT_THAT(pairs_refused([](TrainerState& s) { s.erase("pair_gradients/a.x"); }),
              HasSubstr("lacks pair_gradients/a.x"));
  EXPECT_THAT(pairs_refused([](TrainerState& s) {
                s["pair_steps/a.y"] = s["pair_steps/a.y"].narrow(0, 0, 1);
              }),
              HasSubstr("a.y has another number of pairs"));
  EXPECT_THAT(pairs_refused([](TrainerState& s) {
                for (const char* name : {"pair_steps/a.x", "pair_gradients/a.x", "pair_steps/a.y",
                                         "pair_gradients/a.y"}) {
                  s[name] = s[name].narrow(0, 0, 1).repeat({4, 1});
                }
              }),
              HasSubstr("another number of pairs"));
  EXPECT_THAT(pairs_refused([](TrainerState& s) {
                s["pair_steps/a.x"] = s["pair_steps/a.x"].to(at::kFloat);
              }),
              HasSubstr("shape or dtype"));
  EXPECT_THAT(refusal([](TrainerState& s) {
                s["pair_steps/a.x"] = at::full({1, 3}, 1.0);
              }),
              HasSubstr("pair_steps/a.x belongs to nothing"));
}

}  // namespace
}  // namespace parfocal
