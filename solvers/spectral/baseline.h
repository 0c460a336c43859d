// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/operators/component.h"
#include "solvers/record_stage.h"

namespace parfocal::solvers {

/// Takes the slow background (fluorescence) out of every spectrum.
///
///   x = y - z,   (W + lambda D2^T D2) z = W y,   W by the rule of the method
///
/// `half_gain` states lambda as the period P at which the smoother passes half: lambda =
/// (P / (2 pi d))^4 with the distance d of the channels, so that it does not depend on their number.
/// Methods and citations: `whittaker_baselines`, `spectrum_baseline.h`.
///
/// Layout:     [batch, channel, n_y, n_x]; on an uneven axis the Whittaker methods use divided
///             differences, the others channel numbers.
/// Precision:  float64.
/// Invariants: samples of mask 0 do not count; the baseline passes below them.
/// Errors:     UsageError for half_gain without an axis, and for a method that cannot leave samples
///             out where there are some.
/// Tested by:  tests/solvers/spectral/baseline_test.cpp, tests/solvers/spectral/stages_test.cpp,
///             conformance.
class Baseline final : public RecordStage {
 public:
  enum class Method {
    kWhittaker,
    kAsls,
    kArpls,
    kIarpls,
    kAirpls,
    kPsalsa,
    kDrpls,
    kAspls,
    kIasls,
    kModpoly,
    kImodpoly,
    kSnip,
    kRubberband
  };
  struct Params {
    Method method = Method::kArpls;
    double smoothness = 1e5;
    std::optional<RamanShift> half_gain;
    double asymmetry = 0.01;
    double tolerance = 1e-3;
    std::int64_t solves = 51;
    std::int64_t order = 4;
    std::int64_t widest = 40;
  };
  static void describe(Schema<Params>& s);

  explicit Baseline(const Params& params) : params_(params) {}
  Baseline(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] StageRecord process(StageRecord record, const StageScene& scene) const override;

 private:
  struct Found;
  [[nodiscard]] double smoothness(const StageRecord& record) const;
  [[nodiscard]] Found baselines(const at::Tensor& rows, const at::Tensor& counting,
                                const StageRecord& record) const;

  Params params_;
};

}  // namespace parfocal::solvers
