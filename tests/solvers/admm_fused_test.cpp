// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/admm_fused.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "solvers/proximal/admm_direct.h"
#include "tests/solvers/problems.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::Admm;
using solvers::AdmmEngine;
using solvers::AdmmFusedOptions;
using solvers::AdmmOrder;
using solvers::AdmmState;
using solvers::TvKind;

struct Case {
  CameraSize size;
  AdmmOrder order;
  TvKind kind;
  double tau;
  bool dead_pixels;
  bool variation = true, positive = true;

  [[nodiscard]] std::string text() const {
    return std::to_string(size.n_y) + " x " + std::to_string(size.n_x) +
           (order == AdmmOrder::kVBeforeW ? ", v before w" : ", w before v") +
           (kind == TvKind::kIsotropic ? ", isotropic" : ", anisotropic") + ", tau " +
           std::to_string(tau) + (dead_pixels ? ", dead pixels" : "");
  }
};

/// Odd and even padded sizes (9 x 15, 30 x 45, 32 x 70), TV at rest (tau 10) and active.
std::vector<Case> cases() {
  std::vector<Case> all;
  for (const AdmmOrder order : {AdmmOrder::kVBeforeW, AdmmOrder::kWBeforeV}) {
    for (const TvKind kind : {TvKind::kAnisotropic, TvKind::kIsotropic}) {
      for (const double tau : {10.0, 5e-3}) {
        for (const bool dead : {false, true}) {
          all.push_back({{2, 1, 15, 22}, order, kind, tau, dead});
        }
      }
    }
    all.push_back({{1, 3, 5, 8}, order, TvKind::kAnisotropic, 5e-3, true});
    all.push_back({{1, 1, 16, 35}, order, TvKind::kAnisotropic, 5e-3, false});
    all.push_back({{1, 1, 15, 22}, order, TvKind::kAnisotropic, 5e-3, false, false, true});
    all.push_back({{1, 1, 15, 22}, order, TvKind::kIsotropic, 5e-3, false, true, false});
    // More rows than one block of the stencil.
    all.push_back({{1, 1, 40, 9}, order, TvKind::kIsotropic, 5e-3, false});
  }
  return all;
}

Problem problem_of(const Case& c) {
  std::vector<std::shared_ptr<const Prior>> priors;
  if (c.variation) priors.push_back(total_variation(c.tau, c.kind));
  if (c.positive) priors.push_back(non_negative());
  Problem problem = random_camera(c.size, priors);
  if (c.dead_pixels) {
    problem.mask = at::ones_like(problem.counts);
    problem.mask.view({-1}).slice(0, 0, -1, 13).zero_();
  }
  return problem;
}

Admm::Params params_of(const Case& c, AdmmEngine engine) {
  Admm::Params p;
  p.order = c.order;
  p.engine = engine;
  p.mu1 = 0.3;
  p.mu2 = 0.2;
  p.mu3 = 0.5;
  return p;
}

at::Tensor object_of(const SolverState& state) {
  return dynamic_cast<const AdmmState&>(state).object().clone();
}

TEST(AdmmFused, GivesTheIteratesOfTheDirectForm) {
  for (const Case& c : cases()) {
    const Problem problem = problem_of(c);
    const Admm direct(params_of(c, AdmmEngine::kDirect)), fused(params_of(c, AdmmEngine::kFused));
    const auto one = direct.init(problem), other = fused.init(problem);
    for (int i = 1; i <= 100; ++i) {
      direct.step(problem, *one);
      fused.step(problem, *other);
      if (i > 3 && i % 50 != 0) continue;
      EXPECT_TRUE(close_relative(object_of(*other), object_of(*one), 1e-12))
          << c.text() << ", iteration " << i;
    }
  }
}

TEST(AdmmFused, TotalVariationIsActiveInSomeOfTheCases) {
  const Problem problem = problem_of(cases()[2]);
  const Admm solver(params_of(cases()[2], AdmmEngine::kFused));
  const auto state = run_steps(solver, problem, 100);
  const double active = solver.monitor(problem, *state).at("tv_active_fraction")[0];
  EXPECT_GE(active, 0.02);
  EXPECT_LE(active, 0.98);
}

TEST(AdmmFused, MonitorIsThatOfTheDirectForm) {
  for (const Case& c : cases()) {
    const Problem problem = problem_of(c);
    const Admm direct(params_of(c, AdmmEngine::kDirect)), fused(params_of(c, AdmmEngine::kFused));
    for (const std::int64_t iterations : {1, 2, 20}) {
      const Monitor expected = direct.monitor(problem, *run_steps(direct, problem, iterations));
      const Monitor got = fused.monitor(problem, *run_steps(fused, problem, iterations));
      ASSERT_EQ(got.size(), expected.size());
      for (const auto& [name, values] : expected) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          EXPECT_TRUE(close(got.at(name)[i], values[i], 1e-9 * std::abs(values[i]) + 1e-13))
              << name << ", " << c.text() << ", iteration " << iterations;
        }
      }
    }
  }
}

TEST(AdmmFused, SinglePrecisionFollowsTheDirectForm) {
  Case c = cases()[2];
  c.size.dtype = at::kFloat;
  const Problem problem = problem_of(c);
  const auto direct = run_steps(Admm(params_of(c, AdmmEngine::kDirect)), problem, 50);
  const auto fused = run_steps(Admm(params_of(c, AdmmEngine::kFused)), problem, 50);
  EXPECT_TRUE(close_relative(object_of(*fused), object_of(*direct), 1e-4));
}

/// The object after `iterations` of a fused state with these options.
at::Tensor object_with(const Case& c, const AdmmFusedOptions& options, int iterations) {
  const auto state = solvers::admm_fused_init(solvers::admm_setup(problem_of(c)),
                                              params_of(c, AdmmEngine::kFused), options);
  for (int i = 0; i < iterations; ++i) state->step();
  return state->object().clone();
}

TEST(AdmmFused, EveryInstructionSetAndTransformGivesTheSameIterates) {
  for (const Case& c : cases()) {
    AdmmFusedOptions options;
    options.simd = SimdLevel::kBaseline;
    const at::Tensor expected = object_with(c, options, 20);
    for (int level = 1; level <= static_cast<int>(best_simd_level()); ++level) {
      options.simd = static_cast<SimdLevel>(level);
      EXPECT_TRUE(close_relative(object_with(c, options, 20), expected, 1e-12)) << c.text();
    }
    options.fft = solvers::RealFft2d::Backend::kTensor;
    EXPECT_TRUE(close_relative(object_with(c, options, 20), expected, 1e-12)) << c.text();
  }
}

TEST(AdmmFused, ThreadsDoNotChangeABit) {
  const int before = at::get_num_threads();
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    Case c = cases()[3];
    c.size = {1, 2, 70, 52, dtype};
    at::set_num_threads(1);
    const at::Tensor one = object_with(c, {}, 5);
    at::set_num_threads(2);
    EXPECT_TRUE(identical(object_with(c, {}, 5), one));
  }
  at::set_num_threads(before);
}

}  // namespace
}  // namespace parfocal::test
