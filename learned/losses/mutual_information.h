// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"
#include "solvers/object_spectrum.h"

namespace parfocal::learned {

/// Information that an image carries about its object, in closed form: an optic can be designed
/// without a decoder.
///
///   I_k = mean_f 1/2 log2(1 + |H_k|^2 S / s^2),   value = -mean_k I_k,   score = mean_k I_k
///
/// C. E. Shannon, Proc. IRE 37, 10 (1949), eq. 32; C. L. Fales, F. O. Huck, Inf. Sci. 57, 245 (1991).
/// Convention: Gaussian objects of spectrum S on a periodic grid, white Gaussian noise of variance
///             s^2, that of the detector at the mean object. The condition (depth) is taken as known:
///             a decoder that does not know it needs `wiener_error`.
/// Units:      bits per pixel.
/// Errors:     UsageError for a model without transfer functions on the sensor's own grid.
/// Tested by:  tests/learned/losses/decoder_free_test.cpp (published values), conformance.
class MutualInformation final : public Loss {
 public:
  struct Params {
    ObjectSpectrum object;
  };
  static void describe(Schema<Params>& s);

  explicit MutualInformation(const Params& params) : params_(params) {}
  MutualInformation(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return false; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] double score(double value) const override { return -value; }
  [[nodiscard]] std::string score_unit() const override { return "bit"; }
  [[nodiscard]] bool higher_is_better() const override { return true; }
  [[nodiscard]] at::Tensor condition_scores(const Trial& trial) const override;

 private:
  Params params_;
};

}  // namespace parfocal::learned
