// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "core/operators/operator.h"
#include "optics/propagation/angular_spectrum.h"
#include "optics/propagation/fourier_propagation.h"

namespace parfocal::optics {

/// Angular-spectrum propagation onto samples of free pitch and number.
///
///   U2(q) = c / (p_y p_x) sum over f of  H(f) F{ Z U1 }(f) exp(+i 2 pi f q)
///   c = sqrt(pitch'_y pitch'_x / (pitch_y pitch_x))
///
/// H and its band limit as in `AngularSpectrumOperator`; the sum is a chirp-z transform or two
/// matrix products (X. Yu et al., J. Opt. Soc. Am. A 29, 1956 (2012)).
/// Convention: |U|^2 is power per sample on both sides; the output lies around the same axis.
/// Layout:     complex [..., n_y, n_x] -> [..., output size].
/// Precision:  phases in float64, then cast to the type of the field.
/// Invariants: linear; the adjoint is exact; equal to `AngularSpectrumOperator` on its samples.
///             Outputs beyond the padded field are those of its periodic continuation: refused.
/// Errors:     SamplingError for a window wider than the padded field, and as the operator named.
/// Tested by:  tests/optics/propagation/angular_spectrum_zoom_test.cpp.
class AngularSpectrumZoomOperator final : public LinearOperator {
 public:
  AngularSpectrumZoomOperator(const Gap& gap, const AngularSpectrumOptions& options,
                              const OutputWindow& window,
                              at::ScalarType dtype = at::kComplexDouble);

  [[nodiscard]] at::Tensor forward(const at::Tensor& field) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& field) const override;
  [[nodiscard]] Shape domain() const override { return spectrum_.domain(); }
  [[nodiscard]] Shape range() const override { return zoom_.range(); }
  [[nodiscard]] at::ScalarType dtype() const override { return zoom_.dtype(); }

 private:
  FourierSum spectrum_;  // [n_y, n_x] -> centred frequencies [p_y, p_x]
  FourierSum zoom_;      // centred frequencies x H -> output
};

/// The same as an element.
class AngularSpectrumZoom final : public GapElement {
 public:
  struct Params : PaddedGapParams {
    OutputWindow output;
  };
  static void describe(Schema<Params>& s);

  AngularSpectrumZoom(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  [[nodiscard]] Beam after(const Beam& beam) const override;

 private:
  AngularSpectrumOptions options_;
  OutputWindow output_;
};

}  // namespace parfocal::optics
