// SPDX-License-Identifier: Apache-2.0
#include "forward_models/smlm/double_helix_emitters.h"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>

#include <cmath>

#include "core/tensor/tensor_checks.h"
#include "forward_models/smlm/axis_shares.h"

namespace parfocal::smlm {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kMicrometre = 1e-6;
constexpr double kSamplesPerSigma = 6;  // Of the table of a fit.

/// Share of the pixel around `at` in a Gaussian about 0; both in pixels.
double share(double at, double sigma) {
  const double scale = 1.0 / (sigma * std::numbers::sqrt2);
  return 0.5 * (std::erf((at + 0.5) * scale) - std::erf((at - 0.5) * scale));
}

}  // namespace

void DoubleHelixEmitters::describe(Schema<Params>& s) {
  s.summary("Single molecules as two lobes that turn about each other with depth.");
  s.equation(
      "mu = N/2 sum_(s=+-1) E(y - s d/2 sin t) E(x - s d/2 cos t) + b,  t = angle + pi z / "
      "half_turn");
  s.citation("S. R. P. Pavani et al., Proc. Natl. Acad. Sci. USA 106, 2995, 2009");
  s.convention(
      "x and y in pixels from the centre of the first pixel, the middle between the lobes; a "
      "positive half turn goes from x to y.");
  s.gradient("exact");
  const auto zero = Length::from_m(0.0);
  s.key("window", &Params::window)
      .at_least(5)
      .at_most(512)
      .doc("Pixels around each emitter, [y, x].");
  s.key("pitch", &Params::pitch)
      .required()
      .above(zero)
      .doc("Pitch of the pixels in the sample, [y, x].");
  s.key("sigma", &Params::sigma)
      .required()
      .above(zero)
      .trainable("um")
      .doc("Standard deviation of a lobe.");
  s.key("lobe_distance", &Params::lobe_distance)
      .required()
      .above(zero)
      .trainable("um")
      .doc("d, between the two lobes.");
  s.key("half_turn", &Params::half_turn)
      .required()
      .trainable("um")
      .doc("Depth over which the lobes change places; negative for the other sense.");
  s.key("angle", &Params::angle).trainable("rad").doc("Of the line of lobes at depth 0.");
  s.key("depth", &Params::depth).required().doc("First and last depth of emitters.");
  s.check([](const Params& p) -> std::string {
    if (!(p.depth[0] < p.depth[1])) return "depth: the first one must lie before the last one";
    const double range = p.depth[1].m() - p.depth[0].m();
    return range < std::abs(p.half_turn.m())
               ? ""
               : "depth: spans half a turn or more, where two depths look the same";
  });
}

DoubleHelixEmitters::DoubleHelixEmitters(const Params& params, const BuildContext& context)
    : window_(params.window),
      pitch_m_{params.pitch[0].m(), params.pitch[1].m()},
      dtype_(context.dtype),
      parameters_(spline_parameters(window_, params.depth[0].m() / kMicrometre,
                                    params.depth[1].m() / kMicrometre)),
      sigma_(context, "sigma", params.sigma, optics::LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      lobe_distance_(context, "lobe_distance", params.lobe_distance,
                     optics::LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      half_turn_(context, "half_turn", params.half_turn, optics::LeafUnit{"um", 1e-6}),
      angle_(context, "angle", params.angle.rad(), optics::LeafUnit{"rad", 1.0}) {}

PointEmitters::Images DoubleHelixEmitters::images(const at::Tensor& theta) const {
  const auto device = theta.device();
  const at::Tensor one = at::ones_like(theta.select(-1, 0));
  const at::Tensor turn = kPi * kMicrometre / half_turn_.si().to(device);  // Per um.
  const at::Tensor t = angle_.si().to(device) + theta.select(-1, 2) * turn;
  const at::Tensor half = lobe_distance_.si().to(device) * 0.5;
  const at::Tensor along_x = t.cos() * half / pitch_m_[1], along_y = t.sin() * half / pitch_m_[0];
  // What the lobe at +x moves by in um of depth.
  const at::Tensor move_x = -t.sin() * half * turn / pitch_m_[1];
  const at::Tensor move_y = t.cos() * half * turn / pitch_m_[0];
  const at::Tensor width_x = one * sigma_.si().to(device) / pitch_m_[1];
  const at::Tensor width_y = one * sigma_.si().to(device) / pitch_m_[0];
  at::Tensor light, dx, dy, dz;
  for (const double s : {1.0, -1.0}) {
    const AxisShares x = axis_shares(theta.select(-1, 0) + along_x * s, width_x, window_[1]);
    const AxisShares y = axis_shares(theta.select(-1, 1) + along_y * s, width_y, window_[0]);
    const at::Tensor h = on_plane(y.e, x.e) * 0.5;
    const at::Tensor to_x = on_plane(y.e, x.d_center) * 0.5;
    const at::Tensor to_y = on_plane(y.d_center, x.e) * 0.5;
    const auto each = [](const at::Tensor& v) { return v.unsqueeze(-1).unsqueeze(-1); };
    const at::Tensor to_z = (to_x * each(move_x) + to_y * each(move_y)) * s;
    light = light.defined() ? light + h : h;
    dx = dx.defined() ? dx + to_x : to_x;
    dy = dy.defined() ? dy + to_y : to_y;
    dz = dz.defined() ? dz + to_z : to_z;
  }
  const at::Tensor photons = theta.select(-1, 3).unsqueeze(-1).unsqueeze(-1);
  const at::Tensor background = theta.select(-1, 4).unsqueeze(-1).unsqueeze(-1);
  return {light * photons + background,
          at::stack({dx * photons, dy * photons, dz * photons, light, at::ones_like(light)}, -3)};
}

at::Tensor DoubleHelixEmitters::forward(const at::Tensor& theta) const {
  check_trailing("theta", theta, dtype_, domain());
  return images(theta.to(at::kDouble).select(-2, 0)).mean.unsqueeze(-3).to(dtype_);
}

PointEmitters::Images DoubleHelixEmitters::emitter_images(const at::Tensor& theta) const {
  check_trailing("theta", theta, dtype_, {5});
  const Images wide = images(theta.to(at::kDouble));
  return {wide.mean.to(dtype_), wide.derivatives.to(dtype_)};
}

SampledPsf DoubleHelixEmitters::sampled_psf() const {
  const double sigma = sigma_.si().item<double>(), d = lobe_distance_.si().item<double>();
  const double turn = kPi * kMicrometre / half_turn_.si().item<double>();  // Per um.
  const double finest_m = sigma / kSamplesPerSigma;
  const auto fine =
      static_cast<std::int64_t>(std::ceil(std::max(pitch_m_[0], pitch_m_[1]) / finest_m));
  SampledPsf psf = table_for(parameters_, fine, finest_m / (0.5 * d * std::abs(turn)));
  const double step = 1.0 / static_cast<double>(fine);
  for (std::int64_t k = 0; k < psf.n_z; ++k) {
    const double z = psf.first_z + static_cast<double>(k) * psf.step_z;
    const double t = angle_.si().item<double>() + z * turn;
    for (std::int64_t j = 0; j < psf.n_y; ++j) {
      const double y = static_cast<double>(j - psf.centre_y) * step;
      for (std::int64_t i = 0; i < psf.n_x; ++i) {
        const double x = static_cast<double>(i - psf.centre_x) * step;
        double sum = 0;
        for (const double s : {0.5, -0.5}) {
          sum += 0.5 * share(y - s * d * std::sin(t) / pitch_m_[0], sigma / pitch_m_[0]) *
                 share(x - s * d * std::cos(t) / pitch_m_[1], sigma / pitch_m_[1]);
        }
        psf.values.push_back(sum);
      }
    }
  }
  return psf;
}

std::shared_ptr<const EmitterBlock> DoubleHelixEmitters::emitter_block() const {
  const double turn = kPi * kMicrometre / std::abs(half_turn_.si().item<double>());
  const double lobe_moves_sigma =
      sigma_.si().item<double>() / (0.5 * lobe_distance_.si().item<double>() * turn);
  return make_spline_block(sampled_psf(), {window_[0], window_[1], parameters_, lobe_moves_sigma});
}

}  // namespace parfocal::smlm
