// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/capabilities.h"
#include "core/operators/component.h"
#include "core/operators/linear_mixing.h"
#include "core/operators/operator.h"
#include "forward_models/raman/reference_spectra.h"
#include "optics/trainable.h"

namespace parfocal::raman {

/// A map of spectra: at every point a mixture of known spectra and of a slow background.
///
///   y_j = t sum_k M_jk (B * c_k),   M = [ (h * s_k)(nu_j + delta),  b_q(nu_j) ]
///
/// B is a Gaussian of standard deviation `blur` over the points (periodic), h a Gaussian line of
/// standard deviation `line_width`, delta the error of the axis; b_q are cubic B-splines of sum 1 over
/// the axis, whose coefficients are further channels of the object. h and delta act by Fourier series
/// on the spectrum continued by its mirror image, so that they need an even axis.
///
/// Layout:     c [..., species + background, n_y, n_x], y [..., channel, n_y, n_x].
/// Units:      s_k and b_q have sum 1 over channels: c is light, y of the unit of c.
/// Precision:  M in float64, then the dtype of the context.
/// Invariants: adjoint exact to rounding; gradients flow to `axis_shift`, `line_width` and
///             `transmission`; norm_bound = t |M|_2.
/// Errors:     UsageError for h or delta on an uneven axis; LogicError for a wrong shape or dtype.
/// Tested by:  tests/forward_models/raman/spectral_mixing_test.cpp, tests/conformance.
class SpectralMixing final : public LinearOperator,
                             public TransferFunctions,
                             public LinearMixing,
                             public NamedUnknowns {
 public:
  struct Params {
    ReferenceSpectra references;
    std::array<std::int64_t, 2> size{0, 0};
    double blur = 0.0;
    RamanShift line_width;
    RamanShift axis_shift;
    double transmission = 1.0;
    std::int64_t background = 0;
  };
  static void describe(Schema<Params>& s);

  SpectralMixing(const Params& params, const BuildContext& context);
  /// Spectra [channel, species] on an axis of Raman shifts in 1/m.
  SpectralMixing(const LoadedReferences& references, const Params& params,
                 const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& c) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& y) const override;
  [[nodiscard]] Shape domain() const override;
  [[nodiscard]] Shape range() const override;
  [[nodiscard]] at::ScalarType dtype() const override { return dtype_; }
  [[nodiscard]] std::optional<double> norm_bound() const override { return norm_bound_; }
  void refresh() override;

  [[nodiscard]] at::Tensor transfer() const override;
  [[nodiscard]] std::int64_t padded_y() const override { return size_[0]; }
  [[nodiscard]] std::int64_t padded_x() const override { return size_[1]; }
  [[nodiscard]] std::int64_t sensor_y() const override { return size_[0]; }
  [[nodiscard]] std::int64_t sensor_x() const override { return size_[1]; }

  [[nodiscard]] std::vector<Unknown> unknowns() const override;
  [[nodiscard]] at::Tensor mixing() const override { return mixing_; }
  [[nodiscard]] bool couples_points() const override { return blur_transfer_.defined(); }
  [[nodiscard]] const std::vector<std::string>& species() const override { return species_; }
  [[nodiscard]] const std::vector<double>& shift_per_m() const override { return shift_per_m_; }

 private:
  [[nodiscard]] at::Tensor moved_spectra() const;
  [[nodiscard]] at::Tensor blurred(const at::Tensor& x) const;

  std::array<std::int64_t, 2> size_;
  at::ScalarType dtype_;
  at::Device device_;
  at::Tensor references_, background_;  // float64 [channel, species], [channel, spline]
  std::vector<std::string> species_;
  std::vector<double> shift_per_m_;
  double step_per_m_ = 0.0;
  bool moves_ = false;
  optics::Trainable line_width_, axis_shift_, transmission_;
  at::Tensor mixing_;         // [channel, species + spline], with t
  at::Tensor blur_transfer_;  // [n_y, n_x / 2 + 1], undefined without blur
  double norm_bound_ = 0.0;
};

}  // namespace parfocal::raman
