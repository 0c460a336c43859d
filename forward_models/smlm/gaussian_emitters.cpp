// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/gaussian_emitters.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>

#include "core/tensor/tensor_checks.h"
#include "forward_models/smlm/axis_shares.h"
#include "forward_models/smlm/gaussian_block.h"

namespace parfocal::smlm {
void GaussianEmitters::describe(Schema<Params>& s) {
  s.summary("Single molecules as Gaussians integrated over the pixels of a window.");
  s.equation(
      "mu_ji = N E_j(y, s_y) E_i(x, s_x) + b,  E_i = 1/2 [erf((i+1/2-x)/(sqrt(2) s)) - "
      "erf((i-1/2-x)/(sqrt(2) s))]");
  s.citation("C. S. Smith et al., Nature Methods 7, 373, 2010");
  s.convention("x and y in pixels from the centre of the first pixel; N counts the whole plane.");
  s.gradient("exact");
  s.key("window", &Params::window)
      .at_least(kSmallestWindow)
      .at_most(kLargestWindow)
      .doc("Pixels around each emitter, [y, x].");
  s.key("pitch", &Params::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Pitch of the pixels in the sample, [y, x].");
  s.key("sigma", &Params::sigma)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Standard deviation of the Gaussian; where a fit of the width starts.");
  s.key("free_width", &Params::free_width)
      .doc("Whether the width is a fifth parameter of every emitter.");
}

GaussianEmitters::GaussianEmitters(const Params& params, const BuildContext& context)
    : window_(params.window),
      pitch_m_{params.pitch[0].m(), params.pitch[1].m()},
      free_width_(params.free_width),
      sigma_(context, "sigma", params.sigma, optics::LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      parameters_(gaussian_parameters(shape())),
      dtype_(context.dtype) {}

GaussianShape GaussianEmitters::shape() const {
  const double sigma_m = sigma_.si().item<double>();
  return {window_[0], window_[1], sigma_m / pitch_m_[1], pitch_m_[1] / pitch_m_[0], free_width_};
}

at::Tensor GaussianEmitters::width_px(const at::Tensor& theta, std::size_t axis) const {
  if (free_width_) return theta.select(-1, 4) * (pitch_m_[1] / pitch_m_[axis]);
  return (sigma_.si() / pitch_m_[axis]).to(theta.device()).expand_as(theta.select(-1, 0));
}

at::Tensor GaussianEmitters::forward(const at::Tensor& theta) const {
  check_trailing("theta", theta, dtype_, domain());
  const at::Tensor wide = theta.to(at::kDouble).select(-2, 0);
  const at::Tensor x = optics::pixel_shares(wide.select(-1, 0), width_px(wide, 1), window_[1], 0.0);
  const at::Tensor y = optics::pixel_shares(wide.select(-1, 1), width_px(wide, 0), window_[0], 0.0);
  const at::Tensor photons = wide.select(-1, 2).unsqueeze(-1).unsqueeze(-1);
  const at::Tensor background = wide.select(-1, 3).unsqueeze(-1).unsqueeze(-1);
  return (photons * on_plane(y, x) + background).unsqueeze(-3).to(dtype_);
}

PointEmitters::Images GaussianEmitters::emitter_images(const at::Tensor& theta) const {
  check_trailing("theta", theta, dtype_, {parameter_count()});
  const at::Tensor wide = theta.to(at::kDouble);
  const AxisShares x = axis_shares(wide.select(-1, 0), width_px(wide, 1), window_[1]);
  const AxisShares y = axis_shares(wide.select(-1, 1), width_px(wide, 0), window_[0]);
  const at::Tensor photons = wide.select(-1, 2).unsqueeze(-1).unsqueeze(-1);
  const at::Tensor background = wide.select(-1, 3).unsqueeze(-1).unsqueeze(-1);
  const at::Tensor share = on_plane(y.e, x.e);
  std::vector<at::Tensor> derivatives{photons * on_plane(y.e, x.d_center),
                                      photons * on_plane(y.d_center, x.e), share,
                                      at::ones_like(share)};
  if (free_width_) {
    const double y_over_x = pitch_m_[1] / pitch_m_[0];
    derivatives.push_back(photons *
                          (on_plane(y.e, x.d_width) + y_over_x * on_plane(y.d_width, x.e)));
  }
  return {(photons * share + background).to(dtype_), at::stack(derivatives, 1).to(dtype_)};
}

std::shared_ptr<const EmitterBlock> GaussianEmitters::emitter_block() const {
  return make_gaussian_block(shape());
}

}  // namespace parfocal::smlm
