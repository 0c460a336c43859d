// SPDX-License-Identifier: Apache-2.0
#include "forward_models/imaging/incoherent_imaging.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/conj.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/roll.h>

#include <fmt/format.h>

#include <cmath>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/fft.h"
#include "core/tensor/tensor_checks.h"
#include "optics/psf/psf_source.h"

namespace parfocal::imaging {
namespace {

std::int64_t padded_size(std::int64_t n, Boundary boundary) {
  return boundary == Boundary::kPeriodic ? n : good_fft_size(2 * n - 1);
}

/// The PSF on the padded grid with its centre, pixel floor(n / 2), at sample 0.
at::Tensor kernel_of(const at::Tensor& psf, std::int64_t p_y, std::int64_t p_x) {
  const auto centre = [](std::int64_t p, std::int64_t n) { return (p - n) / 2 + n / 2; };
  return at::roll(pad_centred(psf, p_y, p_x),
                  {-centre(p_y, psf.size(-2)), -centre(p_x, psf.size(-1))}, {-2, -1});
}

}  // namespace

void IncoherentImaging::describe(Schema<Params>& s) {
  s.summary(
      "A camera whose light adds up in intensity, one image for each condition of the optics.");
  s.equation("y_k = S IDFT( H_k . DFT v ),  H_k = DFT( S^T h_k, its centre at sample 0 )");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 6-22");
  s.convention("The centre of a PSF is pixel floor(n / 2); conditions stand on the channel axis.");
  s.gradient("exact");
  s.component("psf", &Params::psf, "psf")
      .required()
      .doc("Image of a point on the axis for each condition.");
  s.choice("boundary", &Params::boundary,
           {{"periodic", Boundary::kPeriodic}, {"dark", Boundary::kDark}})
      .doc("What lies around the object: the object again, or nothing that emits.");
  s.key("size", &Params::size)
      .doc("Pixels of the sensor [y, x], where the PSF has fewer; default those of the PSF.");
  s.check([](const Params& p) {
    return !p.size || ((*p.size)[0] > 0 && (*p.size)[1] > 0) ? ""
                                                             : "size: expected two numbers above 0";
  });
}

IncoherentImaging::IncoherentImaging(const Params& params, const BuildContext& context)
    : source_(build<PsfSource>(params.psf, context.child("psf"))),
      grid_(source_->grid()),
      boundary_(params.boundary),
      size_(params.size) {
  const at::Tensor psf = source_->psf();
  if (!source_->planes_m().empty() || (psf.size(0) > 1 && !source_->has_conditions())) {
    throw UsageError(context.path +
                     ".psf: is a stack of depths or of colors; this model needs one plane, or one "
                     "for each condition (defocus of lens_psf)");
  }
  if (size_ && (psf.size(-2) > (*size_)[0] || psf.size(-1) > (*size_)[1])) {
    throw UsageError(
        fmt::format("{}.size = [{}, {}]: smaller than the PSF of {} x {} pixels; make it larger, "
                    "or crop the PSF",
                    context.path, (*size_)[0], (*size_)[1], psf.size(-2), psf.size(-1)));
  }
  if (grid_ && size_) {
    grid_ = Grid::centred((*size_)[0], (*size_)[1], grid_->pitch_y_m, grid_->pitch_x_m);
  }
  set_psf(sized_psf().to(context.device, context.dtype));
}

IncoherentImaging::IncoherentImaging(const at::Tensor& psf, Boundary boundary)
    : boundary_(boundary) {
  set_psf(psf);
}

void IncoherentImaging::refresh() {
  if (source_) set_psf(sized_psf().to(psf_.device(), psf_.scalar_type()));
}

/// The PSF of the source with its pixel floor(n / 2) at pixel floor(N / 2) of the sensor.
at::Tensor IncoherentImaging::sized_psf() const {
  const at::Tensor psf = source_->psf();
  if (!size_) return psf;
  const std::int64_t extra_y = (*size_)[0] - psf.size(-2), extra_x = (*size_)[1] - psf.size(-1);
  const std::int64_t top = (*size_)[0] / 2 - psf.size(-2) / 2;
  const std::int64_t left = (*size_)[1] / 2 - psf.size(-1) / 2;
  return at::constant_pad_nd(psf, {left, extra_x - left, top, extra_y - top});
}

void IncoherentImaging::set_psf(const at::Tensor& psf) {
  PARFOCAL_CHECK(psf.dim() == std::int64_t{3});
  psf_ = psf;
  padded_y_ = padded_size(psf.size(-2), boundary_);
  padded_x_ = padded_size(psf.size(-1), boundary_);
  transfer_ = rfft2(kernel_of(psf_, padded_y_, padded_x_));
  const at::NoGradGuard no_grad;
  norm_bound_ = std::sqrt(transfer_.abs().square().sum(0).max().item<double>());
  if (!std::isfinite(norm_bound_)) throw DataError("incoherent_imaging: the PSF is not finite");
}

Shape IncoherentImaging::domain() const { return {1, sensor_y(), sensor_x()}; }

Shape IncoherentImaging::range() const { return {psf_.size(0), sensor_y(), sensor_x()}; }

at::ScalarType IncoherentImaging::dtype() const { return psf_.scalar_type(); }

at::Tensor IncoherentImaging::transfer() const { return transfer_.unsqueeze(1).unsqueeze(0); }

at::Tensor IncoherentImaging::forward(const at::Tensor& v) const {
  check_trailing("incoherent_imaging, v", v, dtype(), domain(), psf_.device());
  const at::Tensor spectrum = rfft2(pad_centred(v, padded_y_, padded_x_)) * transfer_;
  return crop_centred(irfft2(spectrum, padded_y_, padded_x_), sensor_y(), sensor_x());
}

at::Tensor IncoherentImaging::adjoint(const at::Tensor& y) const {
  check_trailing("incoherent_imaging, y", y, dtype(), range(), psf_.device());
  const at::Tensor spectrum = rfft2(pad_centred(y, padded_y_, padded_x_)) * transfer_.conj();
  const at::Tensor scene = irfft2(spectrum.sum(-3, true), padded_y_, padded_x_);
  return crop_centred(scene, sensor_y(), sensor_x());
}

}  // namespace parfocal::imaging
