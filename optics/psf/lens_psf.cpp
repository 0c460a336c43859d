// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/lens_psf.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <numbers>

#include "core/error.h"
#include "optics/field_power.h"
#include "optics/length_text.h"
#include "optics/plane.h"
#include "optics/propagation/fourier_sum.h"
#include "optics/propagation/gap.h"
#include "optics/psf/fine_grid.h"
#include "optics/psf/passive_elements.h"

namespace parfocal::optics {
namespace {

Grid pupil_grid(double diameter_m, std::int64_t samples) {
  const double pitch = diameter_m / static_cast<double>(samples);
  const double middle = 0.5 * static_cast<double>(samples - 1);
  return {samples, samples, pitch, pitch, middle, middle};
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// E_d = y_d P x_d where no gradient goes to y and x: that of P is sum_d y_d* G_d x_d*.
class FixedTransform : public torch::autograd::Function<FixedTransform> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& pupil, const at::Tensor& y,
                            const at::Tensor& x) {
    context->save_for_backward({y, x});
    return at::bmm(y, at::bmm(pupil.expand({x.size(0), -1, -1}), x));
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &y = saved[0], &x = saved[1], &g = gradients.front();
    const at::Tensor sum = at::zeros({y.size(2), x.size(1)}, g.options());
    for (std::int64_t d = 0; d < g.size(0); ++d) {
      sum.addmm_(y[d].mH(), at::mm(g[d], x[d].mH()));
    }
    return {sum, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

void LensPsf::describe(Schema<Params>& s) {
  s.summary("PSFs of an ideal lens with the elements of `optics` in its pupil, for each defocus.");
  s.equation(
      "P = elements(1 [r <= D / 2]) exp(i 2 pi W20 (reference_wavelength / wavelength) (2 r / "
      "D)^2)\n"
      "psf = mean over wavelengths of |sum P exp(-i 2 pi x u / (wavelength distance))|^2, over the "
      "light of the whole aperture");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 5-33 and 6-33");
  s.convention(
      "Fraction of the light that enters the reference aperture; W20 in waves at its rim.");
  s.gradient("exact");
  const Length zero = Length::from_m(0.0);
  s.key("diameter", &Params::diameter)
      .required()
      .above(zero)
      .doc("Of the reference aperture, before masks and stops.");
  s.key("samples", &Params::samples).at_least(2).at_most(16384).doc("Samples across the aperture.");
  s.key("distance", &Params::distance)
      .required()
      .above(zero)
      .trainable("mm")
      .doc("From the pupil to the sensor.");
  s.key("wavelength", &Params::wavelength)
      .required()
      .above(zero)
      .doc("Colors that the sensor adds up, in vacuum.");
  s.key("reference_wavelength", &Params::reference_wavelength)
      .required()
      .above(zero)
      .doc("At which waves of defocus are counted.");
  s.key("defocus", &Params::defocus).doc("W20 in waves, one plane of the result each.");
  s.key("size", &Params::size).required().at_least(1).doc("Pixels of the sensor, [y, x].");
  s.key("pitch", &Params::pitch).required().above(zero).doc("Of the pixels, [y, x].");
  s.key("oversampling", &Params::oversampling)
      .at_least(1)
      .at_most(64)
      .doc("Samples per pixel and axis that are summed.");
  s.check([](const Params& p) -> std::string {
    if (p.wavelength.empty()) return "wavelength: expected at least one";
    return p.defocus.empty() ? "defocus: expected at least one value" : "";
  });
}

LensPsf::LensPsf(const Params& params, const BuildContext& context)
    : params_(params),
      pupil_(pupil_grid(params.diameter.m(), params.samples)),
      pixels_(
          Grid::centred(params.size[0], params.size[1], params.pitch[0].m(), params.pitch[1].m())),
      fine_(fine_grid(pixels_, params.oversampling)),
      open_((radius_squared_m2(pupil_) <=
             0.25 * params.diameter.m() * params.diameter.m() * (1.0 + 1e-12))
                .to(at::kDouble)),
      distance_(context, "distance", params.distance, LeafUnit{"mm", 1e-3, Bounds::above(0.0)}),
      dtype_(context.dtype),
      device_(context.device) {
  check_window(context.path);
  elements_ = passive_elements(context, {pupil_, params.wavelength.front().m()});
}

void LensPsf::check_window(const std::string& path) const {
  const Length shortest = *std::min_element(params_.wavelength.begin(), params_.wavelength.end());
  const double limit = shortest.m() * params_.distance.m() / pupil_.pitch_x_m;
  const double window = std::max(static_cast<double>(fine_.n_y) * fine_.pitch_y_m,
                                 static_cast<double>(fine_.n_x) * fine_.pitch_x_m);
  if (window <= limit * (1.0 + 1e-9)) return;
  throw SamplingError(fmt::format(
      "{}: the window of {} shows more than one period of the transform, {} at {}; take more "
      "samples of the pupil or a smaller window",
      path, length_text(window), length_text(limit), length_text(shortest.m())));
}

LensPsf::Transform LensPsf::transform_of(double wavelength_m) const {
  Transform made;
  made.reach = wavelength_m * distance_.si().cpu();
  const auto matrix = [&](double pitch, double origin, std::int64_t n) {
    const at::Tensor step = pupil_.pitch_x_m * pitch / made.reach;
    return fourier_matrix({params_.samples, n, pupil_.origin_x, origin, step}, at::kComplexDouble);
  };
  // The defocus is a product of one factor along y and one along x.
  const double radius = 0.5 * params_.diameter.m();
  const double turn =
      2.0 * std::numbers::pi * params_.reference_wavelength.m() / (wavelength_m * radius * radius);
  const at::Tensor w20 = at::tensor(params_.defocus, at::kDouble).unsqueeze(1);
  const at::Tensor lens = unit_phasor(w20 * x_coordinates_m(pupil_).square() * turn);
  made.y = matrix(fine_.pitch_y_m, fine_.origin_y, fine_.n_y) * lens.unsqueeze(1);
  const at::Tensor x = matrix(fine_.pitch_x_m, fine_.origin_x, fine_.n_x).t();
  made.x = x.contiguous() * lens.unsqueeze(2);
  return made;
}

std::shared_ptr<const LensPsf::Transforms> LensPsf::transforms() const {
  const bool carries_gradients = at::GradMode::is_enabled() && distance_.leaf().requires_grad();
  const std::int64_t version = distance_.leaf()._version();
  const std::lock_guard lock(mutex_);
  if (kept_ && kept_->distance_version == version && !carries_gradients) return kept_;
  auto made = std::make_shared<Transforms>();
  made->distance_version = version;
  for (const Length& wavelength : params_.wavelength) {
    made->colors.push_back(transform_of(wavelength.m()));
  }
  if (!carries_gradients) kept_ = made;
  return made;
}

at::Tensor LensPsf::color(const Beam& beam, const Transform& transform) const {
  at::Tensor field = open_.to(at::kComplexDouble);
  for (const auto& element : elements_) field = element->apply(field, beam);
  const at::Tensor e = transform.y.requires_grad()
                           ? at::bmm(transform.y, at::matmul(field, transform.x))
                           : FixedTransform::apply(field, transform.y, transform.x);
  const double area = pupil_.pitch_y_m * pupil_.pitch_x_m * fine_.pitch_y_m * fine_.pitch_x_m;
  return field_power(e, params_.oversampling) * (area / transform.reach.square());
}

at::Tensor LensPsf::psf() const {
  const auto made = transforms();
  at::Tensor sum;
  for (std::size_t i = 0; i < params_.wavelength.size(); ++i) {
    const at::Tensor one = color({pupil_, params_.wavelength[i].m(), 1.0}, made->colors[i]);
    sum = sum.defined() ? sum + one : one;
  }
  const double light = static_cast<double>(params_.wavelength.size()) * open_.sum().item<double>();
  return (sum / light).to(device_, dtype_);
}

}  // namespace parfocal::optics
