// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "core/operators/capabilities.h"
#include "core/operators/component.h"
#include "core/operators/operator.h"

namespace parfocal {
class PsfSource;
}

namespace parfocal::lensless {

/// Size of the padded grid per axis of n sensor pixels.
enum class Padding {
  kFast,        ///< Smallest 2^a 3^b 5^c 7^d >= 2n - 1.
  kDouble,      ///< 2n.
  kPowerOfTwo,  ///< Smallest 2^a >= 2n - 1.
  kFiveSmooth,  ///< Smallest 2^a 3^b 5^c >= 2n - 1.
};
enum class SceneDomain { kPadded, kSensor };
enum class TransferScaling { kUnit, kOrthonormal };

[[nodiscard]] std::int64_t padded_size(std::int64_t n, Padding padding);

/// Shift-invariant lensless camera: convolution with one PSF, cropped by the sensor.
///
///   y = S IDFT( Hh . DFT v ),   Hh = s DFT( roll( S^T h, by -floor(P / 2) ) )
///
/// N. Antipa et al., "DiffuserCam: lensless single-exposure 3D imaging", Optica 5, 1 (2018), eq. 4.
///
/// Convention: the PSF's centre is pixel floor(P / 2) of the padded grid; only the kernel is
///             rolled, so the adjoint is exact for odd P too. s = 1 (unit) or 1 / sqrt(P1 P2)
///             (orthonormal, the scale of the gradient methods of DiffuserCam-Tutorial and
///             LenslessPiCam).
/// Layout:     h [channel or 1, n_y, n_x]; v [..., channel, p_y, p_x] (scene: padded) or
///             [..., channel, n_y, n_x] (scene: sensor, nothing outside the window emits);
///             y [..., channel, n_y, n_x]. A PSF of one channel serves any number of channels.
/// Units:      h is the fraction of the light per pixel, y has the unit of v.
/// Precision:  dtype of the PSF.
/// Invariants: adjoint exact to rounding; P >= 2n - 1 makes the crop a linear convolution;
///             gradients flow to the PSF; norm_bound = max |Hh|.
/// Errors:     LogicError for a wrong shape, dtype or device of v or y.
/// Tested by:  tests/forward_models/lensless_convolution_test.cpp (direct sums), tests/conformance.
class LenslessConvolution : public LinearOperator, public TransferFunctions, public SensorImages {
 public:
  struct Params {
    ComponentConfig psf;
    Padding padding = Padding::kFast;
    SceneDomain scene = SceneDomain::kPadded;
    TransferScaling scaling = TransferScaling::kUnit;
  };
  struct Options {
    Padding padding = Padding::kFast;
    SceneDomain scene = SceneDomain::kPadded;
    TransferScaling scaling = TransferScaling::kUnit;
  };
  static void describe(Schema<Params>& s);

  LenslessConvolution(const Params& params, const BuildContext& context);
  LenslessConvolution(const at::Tensor& psf, const Options& options);

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
  [[nodiscard]] std::int64_t sensor_y() const override { return sensor_y_; }
  [[nodiscard]] std::int64_t sensor_x() const override { return sensor_x_; }

  /// h as it came from its source, [channel or 1, n_y, n_x].
  [[nodiscard]] const at::Tensor& psf() const { return psf_; }
  /// Grid of the PSF and of the sensor, where it is known.
  [[nodiscard]] const std::optional<Grid>& sensor_grid() const override { return grid_; }

 private:
  void set_psf(const at::Tensor& psf);
  void check_input(const char* name, const at::Tensor& got, const Shape& expected) const;

  std::shared_ptr<PsfSource> source_;
  std::optional<Grid> grid_;
  Options options_;
  at::Tensor psf_;
  at::Tensor transfer_;  // [channel or 1, p_y, p_x / 2 + 1]
  double norm_bound_ = 0.0;
  std::int64_t sensor_y_ = 0, sensor_x_ = 0, padded_y_ = 0, padded_x_ = 0;
};

}  // namespace parfocal::lensless
