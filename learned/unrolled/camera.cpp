// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/camera.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/max.h>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::learned {

Camera::Camera(at::Tensor transfer, const CameraGrids& grids)
    : transfer_(std::move(transfer)), grids_(grids) {}

Shape Camera::domain() const {
  if (!grids_.padded_scene) return range();
  return {transfer_.size(0), grids_.padded_y, grids_.padded_x};
}

Shape Camera::range() const { return {transfer_.size(0), grids_.sensor_y, grids_.sensor_x}; }

at::ScalarType Camera::dtype() const { return c10::toRealValueType(transfer_.scalar_type()); }

std::optional<double> Camera::norm_bound() const {
  const at::NoGradGuard no_grad;
  return transfer_.abs().max().item<double>();
}

at::Tensor Camera::forward(const at::Tensor& v) const {
  const Shape own = domain();
  check_trailing("camera, v", v, dtype(), {own[0] == 1 ? -1 : own[0], own[1], own[2]},
                 transfer_.device());
  const at::Tensor scene =
      grids_.padded_scene ? v : pad_centred(v, grids_.padded_y, grids_.padded_x);
  const at::Tensor image = irfft2(rfft2(scene) * transfer_, grids_.padded_y, grids_.padded_x);
  return crop_centred(image, grids_.sensor_y, grids_.sensor_x);
}

at::Tensor Camera::adjoint(const at::Tensor& y) const {
  const Shape own = range();
  check_trailing("camera, y", y, dtype(), {own[0] == 1 ? -1 : own[0], own[1], own[2]},
                 transfer_.device());
  const at::Tensor padded = pad_centred(y, grids_.padded_y, grids_.padded_x);
  const at::Tensor scene =
      irfft2(rfft2(padded) * transfer_.conj(), grids_.padded_y, grids_.padded_x);
  return grids_.padded_scene ? scene : crop_centred(scene, grids_.sensor_y, grids_.sensor_x);
}

Camera camera_of(const Operator& model, const std::string& user) {
  const auto& bank =
      require_capability<TransferFunctions>(model, user, "transfer functions of the model");
  const at::Tensor transfer = bank.transfer();
  const bool many_images = transfer.size(1) > 1;
  if (transfer.size(2) != 1 || (many_images && transfer.size(0) != 1)) {
    throw UsageError(user +
                     " needs one object for each image of the model, without depths or several "
                     "images of each color");
  }
  const Shape domain = model.domain();
  CameraGrids grids{bank.padded_y(), bank.padded_x(), bank.sensor_y(), bank.sensor_x()};
  grids.padded_scene =
      domain.back() == grids.padded_x && domain[domain.size() - 2] == grids.padded_y;
  const at::Tensor objects = transfer.select(2, 0);
  return {many_images ? objects.select(0, 0) : objects.select(1, 0), grids};
}

}  // namespace parfocal::learned
