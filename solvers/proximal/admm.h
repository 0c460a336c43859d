// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "solvers/solver.h"

namespace parfocal::solvers {

/// Whether the object or its non-negative copy is updated first within an iteration.
enum class AdmmOrder { kVBeforeW, kWBeforeV };
enum class AdmmEngine { kAuto, kDirect, kFused };
enum class AdmmOutput { kClip, kCrop };

/// Alternating direction method of multipliers for a cropped convolution.
///
///   min_v 1/2 |S A v - b|^2_W + tau |D v|_1 + (v >= 0);   splits x = A v, u = D v, w = v
///
/// The updates stand in `AdmmDirectState` (differentiable) and, as four real transforms with fused
/// passes, in `AdmmFusedState`.
///
/// N. Antipa et al., Optica 5, 1 (2018); M. Almeida, M. Figueiredo, IEEE Trans. Image Process. 22,
/// 3074 (2013) for the crop.
///
/// Convention: duals are unscaled; everything starts at 0. Variants only set defaults: tutorial
///             (v before w) and picam (w before v) clip the output at 0; lenslesslearning (w before
///             v, mu = 1e-4) crops only, and insists on its isotropic TV with an open boundary at
///             the prior, whose v update it makes with the circular L. An absent prior drops its
///             split.
/// Layout:     v [batch, channel, p_y, p_x]; the estimate is the sensor window.
/// Units:      tau is the weight of `total_variation`, in units of the data.
/// Invariants: both engines give the same iterates to 1e-12; tutorial = picam for two iterations.
/// Errors:     UsageError for a model or a prior that cannot be split, and for engine: fused where
///             the minimal form does not exist, a gradient is asked for or numbers are learned.
/// Tested by:  tests/solvers/admm_test.cpp, tests/golden/admm_golden_test.cpp.
class Admm : public Solver {
 public:
  struct Params {
    std::string variant = "tutorial";
    std::int64_t iterations = 100;
    double mu1 = 1e-6;
    double mu2 = 1e-5;
    double mu3 = 4e-5;
    AdmmOrder order = AdmmOrder::kVBeforeW;
    AdmmOutput output = AdmmOutput::kClip;
    AdmmEngine engine = AdmmEngine::kAuto;
    double tolerance = 0.0;
  };
  static void describe(Schema<Params>& s);

  explicit Admm(const Params& params) : params_(params) {}
  Admm(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] std::unique_ptr<SolverState> init(const Problem& problem) const override;
  void step(const Problem& problem, SolverState& state) const override;
  [[nodiscard]] at::Tensor estimate(const Problem& problem,
                                    const SolverState& state) const override;
  [[nodiscard]] Monitor monitor(const Problem& problem, const SolverState& state) const override;
  [[nodiscard]] std::vector<double> relative_change(const SolverState& state) const override;
  [[nodiscard]] std::int64_t iterations() const override { return params_.iterations; }
  [[nodiscard]] double tolerance() const override { return params_.tolerance; }
  /// mu1; mu2 and tau with total_variation, mu3 with non_negative.
  [[nodiscard]] std::vector<LearnableScalar> learnable(
      const std::vector<std::shared_ptr<const Prior>>& priors) const override;
  /// Of the fused engine in float32.
  [[nodiscard]] double bytes_per_unknown() const override { return 48.0; }

 private:
  Params params_;
};

}  // namespace parfocal::solvers
