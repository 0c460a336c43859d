// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operators/component.h"
#include "solvers/record_stage.h"
#include "solvers/spectral/abundances.h"

namespace parfocal::solvers {

/// How much of each spectrum is in every point, and how well that can be known.
///
///   y = S c + noise of variance 1 / w;   c as `AbundanceSolver`;   deviation_k = sqrt( (S^T W S)^-1_kk )
///
/// w is the Fisher weight of the detector, in object values, first at the measurement as it came,
/// then twice at the fitted mean with what earlier stages took away: weights of the counts themselves
/// would take about one photon from every channel. A mean below one photon is taken as one. The
/// deviation is the least that an unbiased estimate can have where the baseline is known; at the
/// border c = 0 an estimate of c >= 0 varies less. `poisson` takes the counts as they came, with
/// what the earlier stages took away as a known background.
/// S is that of the model, or spectra of the map itself, each of sum 1.
///
/// Layout:     [batch, channel, n_y, n_x] -> [batch, species, n_y, n_x]; NaN where no sample counts.
/// Units:      light of the species: with spectra of sum 1, object values summed over channels.
/// Errors:     UsageError for `spectra: model` with a model that is no linear mixture of these
///             channels.
/// Tested by:  tests/solvers/spectral/abundances_test.cpp, tests/solvers/spectral/stages_test.cpp,
///             conformance.
class Unmix final : public RecordStage {
 public:
  enum class Spectra { kModel, kPurePixels };
  enum class Weights { kFisher, kEqual };
  struct Params {
    Unmixing method = Unmixing::kNonNegative;
    Spectra spectra = Spectra::kModel;
    std::int64_t count = 3;
    Weights weights = Weights::kFisher;
  };
  static void describe(Schema<Params>& s);

  explicit Unmix(const Params& params) : params_(params) {}
  Unmix(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] StageRecord process(StageRecord record, const StageScene& scene) const override;

 private:
  struct Item;
  struct Known;
  [[nodiscard]] Known known_spectra(const StageRecord& record, const StageScene& scene,
                                    const at::Tensor& rows, const at::Tensor& counting) const;
  /// Of every sample [point, channel], at a mean [channel, n_y, n_x].
  [[nodiscard]] at::Tensor weights(const at::Tensor& mean, const StageScene& scene) const;
  [[nodiscard]] Item unmixed(const StageRecord& record, const StageScene& scene,
                             std::int64_t i) const;
  /// Values, deviations and residuals of every point; with a background by Poisson likelihood.
  void solve_points(const at::Tensor& rows, const at::Tensor& background, const at::Tensor& weight,
                    Item& item) const;

  Params params_;
};

}  // namespace parfocal::solvers
