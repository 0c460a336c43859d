// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "core/operators/capabilities.h"
#include "core/operators/operator.h"

namespace parfocal::learned {

/// The grids of a camera that is known by its transfer functions.
struct CameraGrids {
  std::int64_t padded_y = 0, padded_x = 0, sensor_y = 0, sensor_x = 0;
  bool padded_scene = true;  ///< The object lives on the padded grid, else on the sensor's window.
};

/// A convolution camera made from its transfer functions, one image and one object per channel: a
/// pure function of them, so that a solver can be run again on others.
///
///   y_c = S IDFT( H_c . DFT v_c )
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), eq. 6-22.
/// Layout:     transfer [channel or 1, p_y, p_x / 2 + 1]; v [..., channel, p_y, p_x] or
///             [..., channel, n_y, n_x]; y [..., channel, n_y, n_x].
/// Precision:  that of `transfer`.
/// Invariants: adjoint exact to rounding; differentiable in the transfer functions.
/// Tested by:  tests/learned/unrolled/camera_test.cpp.
class Camera final : public LinearOperator, public TransferFunctions {
 public:
  Camera(at::Tensor transfer, const CameraGrids& grids);

  [[nodiscard]] at::Tensor forward(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& y) const override;
  [[nodiscard]] Shape domain() const override;
  [[nodiscard]] Shape range() const override;
  [[nodiscard]] at::ScalarType dtype() const override;
  [[nodiscard]] std::optional<double> norm_bound() const override;

  [[nodiscard]] at::Tensor transfer() const override { return transfer_.unsqueeze(1).unsqueeze(1); }
  [[nodiscard]] std::int64_t padded_y() const override { return grids_.padded_y; }
  [[nodiscard]] std::int64_t padded_x() const override { return grids_.padded_x; }
  [[nodiscard]] std::int64_t sensor_y() const override { return grids_.sensor_y; }
  [[nodiscard]] std::int64_t sensor_x() const override { return grids_.sensor_x; }
  [[nodiscard]] const CameraGrids& grids() const { return grids_; }
  /// H as it was given.
  [[nodiscard]] const at::Tensor& responses() const { return transfer_; }

 private:
  at::Tensor transfer_;
  CameraGrids grids_;
};

/// The model of a scene as such a camera. Where the model makes several images of one object, each
/// is taken as the image of an object of its own: the condition is known.
///
/// Errors:    UsageError naming `user` for a model without transfer functions or of many objects.
/// Tested by: tests/learned/unrolled/camera_test.cpp.
[[nodiscard]] Camera camera_of(const Operator& model, const std::string& user);

}  // namespace parfocal::learned
