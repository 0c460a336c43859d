// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// How much contrast the optics pass, over all conditions and all frequencies up to a limit.
///
///   logarithm  value = -mean log(|H|^2 + epsilon)
///   hinge      value = mean max(0, target - |H|)
///   strehl     value = -mean_k max_x h_k / h_ideal,   h_ideal = H_k(0) mean_f T(|f| / cutoff)
///
/// T is the transfer function of a circular pupil without aberrations, so that the ideal peak has
/// the light of the condition: T(v) = (2 / pi) (arccos v - v sqrt(1 - v^2)) up to v = 1.
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 6-32; V. N. Mahajan, J. Opt.
/// Soc. Am. 73, 860 (1983) (Strehl ratio).
/// Convention: |H| counts light that the optics take away; frequencies with |f| <= cutoff, f_y and f_x
///             of equal weight, zero included. For strehl `cutoff` is that of the aperture at the
///             pixels of the sensor, 1 / (wavelength N) times the pitch.
/// Units:      cutoff in cycles per pixel; the values have none.
/// Errors:     UsageError for a model without transfer functions on the sensor's own grid.
/// Tested by:  tests/learned/losses/decoder_free_test.cpp, conformance.
class ModulationTransfer final : public Loss {
 public:
  enum class Merit { kLogarithm, kHinge, kStrehl };
  struct Params {
    Merit merit = Merit::kLogarithm;
    double cutoff = 0.5;
    double epsilon = 1e-6;
    double target = 0.3;
  };
  static void describe(Schema<Params>& s);

  explicit ModulationTransfer(const Params& params) : params_(params) {}
  ModulationTransfer(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return false; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] double score(double value) const override;
  [[nodiscard]] bool higher_is_better() const override { return params_.merit != Merit::kHinge; }
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;

 private:
  [[nodiscard]] at::Tensor strehl(const at::Tensor& transfer, const Shape& image) const;

  Params params_;
};

}  // namespace parfocal::learned
