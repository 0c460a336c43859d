// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/operators/capabilities.h"
#include "core/operators/component.h"
#include "core/operators/operator.h"

namespace parfocal {
class PsfSource;
}

namespace parfocal::imaging {

/// What lies around the object.
enum class Boundary {
  kPeriodic,  ///< The object again: a circular convolution.
  kDark,      ///< Nothing that emits: a linear convolution, cropped by the sensor.
};

/// A camera whose light adds up in intensity: each condition of the optics (defocus, for instance)
/// gives an image of its own of the same object.
///
///   y_k = S IDFT( H_k . DFT v ),   H_k = DFT( S^T h_k, its centre at sample 0 )
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 6-22.
///
/// Convention: the centre of a PSF is pixel floor(n / 2); P = n where the boundary is periodic,
///             else the smallest fast size from 2n - 1 on. With `size` a smaller PSF, such as a
///             measured blur kernel, is set into darkness so that its centre is that of the sensor.
/// Layout:     h [condition, n_y, n_x]; v [..., 1, n_y, n_x]; y [..., condition, n_y, n_x].
/// Units:      h is the fraction of the light per pixel, y has the unit of v.
/// Precision:  dtype of the PSF.
/// Invariants: adjoint exact to rounding; gradients flow to the PSF;
///             norm_bound = max over frequencies of sqrt(sum over k of |H_k|^2).
/// Errors:     UsageError for a PSF that is a stack of depths or of colors, or larger than `size`;
///             LogicError for a wrong
///             shape, dtype or device of v or y.
/// Tested by:  tests/forward_models/incoherent_imaging_test.cpp (direct sums), tests/conformance.
class IncoherentImaging final : public LinearOperator,
                                public TransferFunctions,
                                public SensorImages {
 public:
  struct Params {
    ComponentConfig psf;
    Boundary boundary = Boundary::kPeriodic;
    std::optional<std::array<std::int64_t, 2>> size;
  };
  static void describe(Schema<Params>& s);

  IncoherentImaging(const Params& params, const BuildContext& context);
  IncoherentImaging(const at::Tensor& psf, Boundary boundary);

  [[nodiscard]] at::Tensor forward(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& y) const override;
  [[nodiscard]] Shape domain() const override;
  [[nodiscard]] Shape range() const override;
  [[nodiscard]] at::ScalarType dtype() const override;
  [[nodiscard]] std::optional<double> norm_bound() const override { return norm_bound_; }
  void refresh() override;

  [[nodiscard]] at::Tensor transfer() const override;
  [[nodiscard]] std::int64_t padded_y() const override { return padded_y_; }
  [[nodiscard]] std::int64_t padded_x() const override { return padded_x_; }
  [[nodiscard]] std::int64_t sensor_y() const override { return psf_.size(-2); }
  [[nodiscard]] std::int64_t sensor_x() const override { return psf_.size(-1); }

  /// h on the sensor, [condition, n_y, n_x].
  [[nodiscard]] const at::Tensor& psf() const { return psf_; }
  [[nodiscard]] const std::optional<Grid>& sensor_grid() const override { return grid_; }

 private:
  [[nodiscard]] at::Tensor sized_psf() const;
  void set_psf(const at::Tensor& psf);

  std::shared_ptr<PsfSource> source_;
  std::optional<Grid> grid_;
  Boundary boundary_;
  std::optional<std::array<std::int64_t, 2>> size_;
  at::Tensor psf_;
  at::Tensor transfer_;  // [condition, p_y, p_x / 2 + 1]
  double norm_bound_ = 0.0;
  std::int64_t padded_y_ = 0, padded_x_ = 0;
};

}  // namespace parfocal::imaging
