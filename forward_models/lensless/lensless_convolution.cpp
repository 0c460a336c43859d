// SPDX-License-Identifier: Apache-2.0
#include "forward_models/lensless/lensless_convolution.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/conj.h>
#include <ATen/ops/max.h>

#include <cmath>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"
#include "optics/psf/psf_source.h"

namespace parfocal::lensless {
namespace {

std::int64_t power_of_two_from(std::int64_t n) {
  std::int64_t size = 1;
  while (size < n) size *= 2;
  return size;
}

std::int64_t five_smooth_from(std::int64_t n) {
  for (std::int64_t candidate = n;; ++candidate) {
    std::int64_t rest = candidate;
    for (const std::int64_t prime : {2, 3, 5}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest == 1) return candidate;
  }
}

}  // namespace

std::int64_t padded_size(std::int64_t n, Padding padding) {
  PARFOCAL_CHECK(n > 0);
  switch (padding) {
    case Padding::kFast:
      return good_fft_size(2 * n - 1);
    case Padding::kDouble:
      return 2 * n;
    case Padding::kPowerOfTwo:
      return power_of_two_from(2 * n - 1);
    case Padding::kFiveSmooth:
      return five_smooth_from(2 * n - 1);
  }
  throw LogicError("padded_size: unknown padding");
}

void LenslessConvolution::describe(Schema<Params>& s) {
  s.summary("Shift-invariant lensless camera: convolution with one PSF, cropped by the sensor.");
  s.equation("y = S IDFT( H . DFT v ),  H = s DFT( roll( S^T h, by -floor(P / 2) ) )");
  s.citation(
      "N. Antipa et al., DiffuserCam: lensless single-exposure 3D imaging, Optica 5, 1 (2018)");
  s.convention("S keeps the window that starts at floor((P - n) / 2) of the padded grid P.");
  s.gradient("exact");
  s.component("psf", &Params::psf, "psf")
      .required()
      .doc("Image of a point at the centre of the scene.");
  s.choice("padding", &Params::padding,
           {{"fast", Padding::kFast},
            {"double", Padding::kDouble},
            {"power_of_two", Padding::kPowerOfTwo},
            {"five_smooth", Padding::kFiveSmooth}})
      .doc(
          "Padded size per axis of n pixels: the smallest 2^a 3^b 5^c 7^d >= 2n-1 (fast), 2n "
          "(double), the smallest power of two or 2^a 3^b 5^c >= 2n-1.");
  s.choice("scene", &Params::scene,
           {{"padded", SceneDomain::kPadded}, {"sensor", SceneDomain::kSensor}})
      .doc("Where light can come from: the whole padded grid, or the sensor's window only.");
  s.choice("scaling", &Params::scaling,
           {{"unit", TransferScaling::kUnit}, {"orthonormal", TransferScaling::kOrthonormal}})
      .doc(
          "orthonormal divides the model by sqrt(P1 P2), as the gradient methods of "
          "DiffuserCam-Tutorial and LenslessPiCam do.");
}

LenslessConvolution::LenslessConvolution(const Params& params, const BuildContext& context)
    : source_(build<PsfSource>(params.psf, context.child("psf"))),
      grid_(source_->grid()),
      options_{params.padding, params.scene, params.scaling} {
  if (!source_->planes_m().empty() || source_->has_conditions()) {
    throw UsageError(
        context.path +
        ".psf: is a stack of planes, which this model would take for colors; it needs a "
        "PSF of one plane");
  }
  set_psf(source_->psf().to(context.device, context.dtype));
}

LenslessConvolution::LenslessConvolution(const at::Tensor& psf, const Options& options)
    : options_(options) {
  set_psf(psf);
}

void LenslessConvolution::refresh() {
  if (source_) set_psf(source_->psf().to(psf_.device(), psf_.scalar_type()));
}

void LenslessConvolution::set_psf(const at::Tensor& psf) {
  const bool planes = psf.dim() == 2 || psf.dim() == 3;
  PARFOCAL_CHECK(planes);
  psf_ = psf.dim() == 2 ? psf.unsqueeze(0) : psf;
  sensor_y_ = psf_.size(-2);
  sensor_x_ = psf_.size(-1);
  padded_y_ = padded_size(sensor_y_, options_.padding);
  padded_x_ = padded_size(sensor_x_, options_.padding);
  transfer_ = rfft2(centre_to_origin(pad_centred(psf_, padded_y_, padded_x_)));
  if (options_.scaling == TransferScaling::kOrthonormal) {
    transfer_ = transfer_ / std::sqrt(static_cast<double>(padded_y_ * padded_x_));
  }
  const at::NoGradGuard no_grad;
  norm_bound_ = transfer_.abs().max().item<double>();
  if (!std::isfinite(norm_bound_)) throw DataError("lensless_convolution: the PSF is not finite");
}

Shape LenslessConvolution::domain() const {
  if (options_.scene == SceneDomain::kSensor) return range();
  return {psf_.size(0), padded_y_, padded_x_};
}

Shape LenslessConvolution::range() const { return {psf_.size(0), sensor_y_, sensor_x_}; }

at::ScalarType LenslessConvolution::dtype() const { return psf_.scalar_type(); }

at::Tensor LenslessConvolution::transfer() const { return transfer_.unsqueeze(1).unsqueeze(1); }

void LenslessConvolution::check_input(const char* name, const at::Tensor& got,
                                      const Shape& expected) const {
  const bool any_channel = expected[0] == 1;
  check_trailing(name, got, dtype(), {any_channel ? -1 : expected[0], expected[1], expected[2]},
                 psf_.device());
}

at::Tensor LenslessConvolution::forward(const at::Tensor& v) const {
  check_input("lensless_convolution, v", v, domain());
  const at::Tensor scene =
      options_.scene == SceneDomain::kSensor ? pad_centred(v, padded_y_, padded_x_) : v;
  const at::Tensor image = irfft2(rfft2(scene) * transfer_, padded_y_, padded_x_);
  return crop_centred(image, sensor_y_, sensor_x_);
}

at::Tensor LenslessConvolution::adjoint(const at::Tensor& y) const {
  check_input("lensless_convolution, y", y, range());
  const at::Tensor spectrum = rfft2(pad_centred(y, padded_y_, padded_x_)) * transfer_.conj();
  const at::Tensor scene = irfft2(spectrum, padded_y_, padded_x_);
  return options_.scene == SceneDomain::kSensor ? crop_centred(scene, sensor_y_, sensor_x_) : scene;
}

}  // namespace parfocal::lensless
