// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "solvers/data_term.h"
#include "solvers/proximal/admm.h"
#include "tests/solvers/problems.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

/// Item i halves its distance to 1 + i in every step, or jumps to NaN at a given iteration.
class Halving : public Solver {
 public:
  struct State : SolverState {
    at::Tensor v;
  };
  Halving(std::int64_t iterations, double tolerance, std::int64_t broken_at = 0)
      : iterations_(iterations), tolerance_(tolerance), broken_at_(broken_at) {}

  [[nodiscard]] std::unique_ptr<SolverState> init(const Problem& problem) const override {
    auto state = std::make_unique<State>();
    state->v = at::zeros(problem.counts.sizes(), at::kDouble);
    return state;
  }
  void step(const Problem&, SolverState& state) const override {
    auto& s = dynamic_cast<State&>(state);
    ++s.iteration;
    // Item 1 moves ten times as far, so it needs more iterations.
    s.v = s.v.clone();
    for (std::int64_t i = 0; i < s.v.size(0); ++i) {
      s.v[i].add_((i == 0 ? 1.0 : 10.0) * std::pow(0.5, static_cast<double>(s.iteration)));
    }
    if (s.iteration == broken_at_) s.v[1].fill_(std::numeric_limits<double>::quiet_NaN());
  }
  [[nodiscard]] at::Tensor estimate(const Problem&, const SolverState& state) const override {
    return dynamic_cast<const State&>(state).v;
  }
  [[nodiscard]] Monitor monitor(const Problem&, const SolverState& state) const override {
    return {{"objective", to_vector(sum_per_item(dynamic_cast<const State&>(state).v))}};
  }
  [[nodiscard]] std::vector<double> relative_change(const SolverState& state) const override {
    const double step = std::pow(0.5, static_cast<double>(state.iteration));
    return {step, 10.0 * step};
  }
  [[nodiscard]] std::int64_t iterations() const override { return iterations_; }
  [[nodiscard]] double tolerance() const override { return tolerance_; }
  [[nodiscard]] double bytes_per_unknown() const override { return 8.0; }

 private:
  std::int64_t iterations_;
  double tolerance_;
  std::int64_t broken_at_;
};

Problem two_items() {
  Problem problem;
  problem.counts = at::zeros({2, 1, 1, 1}, at::kDouble);
  return problem;
}

TEST(Solve, EveryItemStopsOnItsOwnAndKeepsItsEstimate) {
  const SolveResult result = solve(Halving(100, 0.01), two_items());
  EXPECT_EQ(result.report.items[0].iterations, 7);   // 2^-7 <= 0.01
  EXPECT_EQ(result.report.items[1].iterations, 10);  // 10 x 2^-10 <= 0.01
  EXPECT_EQ(result.report.items[0].stopped_by, "tolerance");
  EXPECT_TRUE(close(result.estimate[0].item<double>(), 1.0 - std::pow(0.5, 7), 1e-15));
  EXPECT_TRUE(close(result.estimate[1].item<double>(), 10.0 * (1.0 - std::pow(0.5, 10)), 1e-14));
  EXPECT_EQ(result.report.history.back().iteration, 10);
}

TEST(Solve, LimitOfIterationsIsSaid) {
  const SolveResult result = solve(Halving(8, 0.01), two_items());
  EXPECT_EQ(result.report.items[0].stopped_by, "tolerance");
  EXPECT_EQ(result.report.items[1].stopped_by, "iterations");
  EXPECT_EQ(result.report.items[1].iterations, 8);
}

TEST(Solve, FirstAndLastIterationAreRecorded) {
  SolveOptions options;
  options.monitor_every = 4;
  std::vector<std::int64_t> seen;
  options.progress = [&](std::int64_t iteration, std::int64_t total, const Monitor* monitor) {
    EXPECT_EQ(total, 10);
    if (monitor != nullptr) seen.push_back(iteration);
  };
  const SolveResult result = solve(Halving(10, 0.0), two_items(), options);
  std::vector<std::int64_t> recorded;
  for (const auto& record : result.report.history) recorded.push_back(record.iteration);
  EXPECT_EQ(recorded, (std::vector<std::int64_t>{1, 4, 8, 10}));
  EXPECT_EQ(seen, recorded);
}

TEST(Solve, AboutFiftyRecordsByDefault) {
  EXPECT_EQ(solve(Halving(1000, 0.0), two_items()).report.history.size(), 51U);
  EXPECT_EQ(solve(Halving(5, 0.0), two_items()).report.history.size(), 5U);
}

TEST(Solve, CancellingKeepsTheEstimateSoFar) {
  SolveOptions options;
  int asked = 0;
  options.cancelled = [&] { return ++asked > 3; };
  const SolveResult result = solve(Halving(10, 0.0), two_items(), options);
  EXPECT_EQ(result.report.items[0].stopped_by, "cancelled");
  EXPECT_EQ(result.report.items[0].iterations, 3);
  EXPECT_TRUE(close(result.estimate[0].item<double>(), 0.875, 1e-15));
}

TEST(Solve, NotANumberStopsWithIterationItemAndName) {
  SolveOptions options;
  options.monitor_every = 1;
  try {
    static_cast<void>(solve(Halving(10, 0.0, 4), two_items(), options));
    FAIL() << "accepted";
  } catch (const NumericError& error) {
    EXPECT_STREQ(error.what(), "iteration 4, item 1: objective = nan is not finite");
  }
}

TEST(Solve, SameProblemTwiceGivesTheSameBits) {
  const Problem problem = random_camera({}, {total_variation(1e-3), non_negative()});
  const solvers::Admm solver(solvers::Admm::Params{});
  const SolveResult one = solve(solver, problem), two = solve(solver, problem);
  EXPECT_TRUE(identical(one.estimate, two.estimate));
  EXPECT_EQ(one.report.history.back().values, two.report.history.back().values);
}

TEST(DataTerm, IsTheWeightedSumOfSquares) {
  Problem problem = random_camera({2, 1, 3, 4}, {});
  problem.mask = at::ones_like(problem.counts);
  problem.mask[1][0][2][3] = 0;
  const DataTerm term = data_term_of(problem, at::kCPU);
  const at::Tensor mean = problem.counts + 2.0;
  EXPECT_TRUE(close(term.value(mean)[0].item<double>(), 0.5 * 4.0 * 12, 1e-12));
  EXPECT_TRUE(close(term.value(mean)[1].item<double>(), 0.5 * 4.0 * 11, 1e-12));
  EXPECT_EQ(term.gradient(mean)[1][0][2][3].item<double>(), 0.0);
}

TEST(DataTerm, NothingLeftIsADataError) {
  Problem problem = random_camera({1, 1, 3, 4}, {});
  problem.mask = at::zeros(problem.counts.sizes(), at::kDouble);
  EXPECT_THROW(static_cast<void>(data_term_of(problem, at::kCPU)), DataError);
}

}  // namespace
}  // namespace parfocal::test
