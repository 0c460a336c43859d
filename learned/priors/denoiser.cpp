// SPDX-License-Identifier: Apache-2.0
#include "learned/priors/denoiser.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/tensor/dihedral.h"

namespace parfocal::learned {
namespace {

std::shared_ptr<const Network> network_of(const ComponentConfig& config, BuildContext context,
                                          at::ScalarType dtype) {
  context.dtype = dtype;
  return build<Network>(config, context);
}

bool is_interval(const std::array<double, 2>& pair) {
  return std::isfinite(pair[0]) && std::isfinite(pair[1]) && pair[0] < pair[1];
}

}  // namespace

void Denoiser::describe(Schema<Params>& s) {
  s.summary("A denoising network as a prior: plug-and-play by its prox, RED by its gradient.");
  s.equation(
      "prox(v, a) = D(v, sqrt(weight a));  gradient(v) = weight / sigma^2 (v - D(v, sigma))");
  s.citation("S. Venkatakrishnan et al., Plug-and-play priors, GlobalSIP (2013)");
  s.citation("Y. Romano, M. Elad, P. Milanfar, SIAM J. Imaging Sci. 10, 1804 (2017)");
  s.convention(
      "A network with one channel more in than out is told the noise level in its last channel; "
      "any "
      "other knows one level only. RED's lambda is weight / sigma^2. There is no value.");
  s.gradient("exact");
  s.component("network", &Params::network, "network")
      .required()
      .doc("From noisy to clean images; values of about [0, 1].");
  s.key("range", &Params::range).doc("Object values that the network sees as 0 and 1.");
  s.key("units", &Params::units)
      .above(0.0)
      .doc(
          "Unit of each channel, in units of the object, in which range and sigma are; default 1.");
  s.key("trained_sigma", &Params::trained_sigma)
      .doc("Noise levels of the training, on the network's own scale; others are clamped to them.");
  s.key("weight", &Params::weight).above(0.0).doc("Strength of the prior in prox and gradient.");
  s.key("sigma", &Params::sigma)
      .above(0.0)
      .doc("Noise level of the gradient, in the unit of the object; without it there is none.");
  s.key("average", &Params::average)
      .doc("Mean over the eight turned and mirrored images; eight times as long.");
  s.key("clip", &Params::clip).doc("Whether the clean image is clipped to `range`.");
  s.choice("precision", &Params::precision,
           {{"float32", Precision::kFloat32}, {"float64", Precision::kFloat64}})
      .doc("Type of weights and activations.");
  s.check([](const Params& p) {
    return is_interval(p.range) ? "" : "range: expected [low, high] with low < high";
  });
  s.check([](const Params& p) {
    const bool good =
        !p.trained_sigma || (is_interval(*p.trained_sigma) && (*p.trained_sigma)[0] >= 0.0);
    return good ? "" : "trained_sigma: expected [low, high] with 0 <= low < high";
  });
}

Denoiser::Denoiser(const Params& params, const BuildContext& context)
    : params_(params),
      dtype_(params.precision == Precision::kFloat64 ? at::kDouble : at::kFloat),
      network_(network_of(params.network, context, dtype_)) {
  const std::int64_t in = network_->channels_in(), out = network_->channels_out();
  told_ = in == out + 1;
  if (!told_ && in != out) {
    throw UsageError(fmt::format(
        "{}.network: maps {} channels to {}; a denoiser keeps the channels of the image, and may "
        "take the noise level as one more",
        context.path, in, out));
  }
  if (!told_ && params_.trained_sigma) {
    throw UsageError(
        context.path +
        ".trained_sigma: this network is not told the noise level; remove the key, or give the "
        "network a channel for it (noise_level: true)");
  }
}

double Denoiser::curvature() const {
  if (!params_.sigma) return 0.0;
  const double least =
      *params_.sigma * (params_.units.empty() ? 1.0 : *std::ranges::min_element(params_.units));
  return 2.0 * params_.weight / (least * least);
}

/// x [n, channels, n_y, n_x] and sigma on the scale of the network.
at::Tensor Denoiser::evaluate(const at::Tensor& x, double sigma) const {
  if (!told_) return network_->forward(x);
  if (params_.trained_sigma) {
    sigma = std::clamp(sigma, (*params_.trained_sigma)[0], (*params_.trained_sigma)[1]);
  }
  const at::Tensor level =
      at::full({x.size(0), 1, x.size(2), x.size(3)}, sigma, x.options().requires_grad(false));
  return network_->forward(at::cat({x, level}, 1));
}

at::Tensor Denoiser::units_like(const at::Tensor& v) const {
  if (params_.units.empty()) return {};
  if (static_cast<std::int64_t>(params_.units.size()) != v.size(1)) {
    throw UsageError(
        fmt::format("denoiser.units: {} values, but the object has {} channels; give one for each",
                    params_.units.size(), v.size(1)));
  }
  return at::tensor(params_.units, at::kDouble).to(v.options()).view({-1, 1, 1});
}

at::Tensor Denoiser::denoise(const at::Tensor& v, double sigma) const {
  const at::Tensor units = units_like(v);
  return units.defined() ? in_units(v / units, sigma) * units : in_units(v, sigma);
}

at::Tensor Denoiser::in_units(const at::Tensor& v, double sigma) const {
  const std::int64_t channels = network_->channels_out();
  if (channels != 1 && v.size(1) != channels) {
    throw UsageError(
        fmt::format("denoiser: the network takes images of {} channels, the object has {}",
                    channels, v.size(1)));
  }
  const double low = params_.range[0], extent = params_.range[1] - low;
  const at::Tensor images =
      ((v - low) / extent).to(dtype_).reshape({-1, channels, v.size(-2), v.size(-1)});
  at::Tensor clean;
  if (params_.average) {
    for (int e = 0; e < kDihedralElements; ++e) {
      const at::Tensor one =
          dihedral(evaluate(dihedral(images, e).contiguous(), sigma / extent), dihedral_inverse(e));
      clean = e == 0 ? one : clean + one;
    }
    clean = clean / kDihedralElements;
  } else {
    clean = evaluate(images, sigma / extent);
  }
  if (params_.clip) clean = clean.clamp(0.0, 1.0);
  return clean.to(v.scalar_type()).reshape_as(v) * extent + low;
}

at::Tensor Denoiser::gradient(const at::Tensor& v) const {
  if (!params_.sigma) {
    throw UsageError(
        "prior denoiser has no gradient: its noise level is not given; write sigma: in the prior");
  }
  const double sigma = *params_.sigma;
  const at::Tensor step = (v - denoise(v, sigma)) * (params_.weight / (sigma * sigma));
  const at::Tensor units = units_like(v);
  return units.defined() ? step / units.square() : step;
}

at::Tensor Denoiser::prox(const at::Tensor& v, double step) const {
  return denoise(v, std::sqrt(params_.weight * step));
}

}  // namespace parfocal::learned
