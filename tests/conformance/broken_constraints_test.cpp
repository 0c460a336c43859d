// SPDX-License-Identifier: Apache-2.0
// The checks of constraints are examined: each deliberate mistake is found.
#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/operators/constraint.h"
#include "core/tensor/straight_through.h"
#include "core/tensor/tensor_checks.h"
#include "tests/conformance/examination.h"

namespace parfocal::conformance {
namespace {

/// Heights of at most half a micrometre, with errors of 1 %; sound.
class Cap : public Constraint {
 public:
  struct Params {};
  static void describe(Schema<Params>& s) { s.summary("Heights of at most half a micrometer."); }
  Cap(const Params&, const BuildContext&) {}
  bool has_projection() const override { return true; }
  at::Tensor project(const at::Tensor& height, const Grid& grid) const override {
    if (height.size(0) != grid.n_y) throw UsageError("the map is not of its grid");
    if (!all_finite(height)) throw NumericError("the map is not finite");
    return height.clamp_max(kCap);
  }
  at::Tensor perturb(const at::Tensor& height, const Grid&, RandomStream& random) const override {
    return height + random.normal(height.sizes(), height.scalar_type()) * kError;
  }
  std::optional<Moments> moments(const at::Tensor& height, const Grid&) const override {
    return Moments{height, at::full_like(height, kError)};
  }
  at::Tensor penalty(const at::Tensor& height, const Grid& grid) const override {
    return ((height - project(height, grid)) / kCap).square().mean();
  }

 protected:
  static constexpr double kCap = 0.5e-6;
  static constexpr double kError = 1e-8;
};
struct ProjectsFurtherEachTime : Cap {
  using Cap::Cap;
  at::Tensor project(const at::Tensor& height, const Grid& grid) const override {
    return Cap::project(height, grid) * 0.999;
  }
};
struct QuantizesToNothingFeasible : Cap {
  using Cap::Cap;
  at::Tensor quantize(const at::Tensor& height, const Grid&) const override { return height; }
};
struct PunishesWhatIsFeasible : Cap {
  using Cap::Cap;
  at::Tensor penalty(const at::Tensor& height, const Grid& grid) const override {
    return Cap::penalty(height, grid) + 1e-6;
  }
};
struct WrongPenaltyGradient : Cap {
  using Cap::Cap;
  at::Tensor penalty(const at::Tensor& height, const Grid& grid) const override {
    return straight_through(Cap::penalty(height, grid) * 1.01, Cap::penalty(height, grid));
  }
};
struct BiasedErrors : Cap {
  using Cap::Cap;
  at::Tensor perturb(const at::Tensor& height, const Grid& grid,
                     RandomStream& random) const override {
    return Cap::perturb(height, grid, random) + 0.2 * kError;
  }
};
struct SmallErrors : Cap {
  using Cap::Cap;
  at::Tensor perturb(const at::Tensor& height, const Grid& grid,
                     RandomStream& random) const override {
    return Cap::perturb(height, grid, random) * 0.8 + height * 0.2;
  }
};

TEST(ConformanceSuite, FindsAConstraintThatBreaksItsPromises) {
  EXPECT_TRUE((sound<Constraint, Cap>()));
  EXPECT_TRUE((found<Constraint, ProjectsFurtherEachTime>("project twice against once")));
  EXPECT_TRUE((found<Constraint, QuantizesToNothingFeasible>("quantize against its projection")));
  EXPECT_TRUE((found<Constraint, PunishesWhatIsFeasible>("penalty of what is feasible")));
  EXPECT_TRUE((found<Constraint, WrongPenaltyGradient>("gradient of penalty")));
  EXPECT_TRUE((found<Constraint, BiasedErrors>("|mean error|")));
  EXPECT_TRUE((found<Constraint, SmallErrors>("|variance - stated|")));
}

}  // namespace
}  // namespace parfocal::conformance
