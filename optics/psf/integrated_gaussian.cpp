// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/integrated_gaussian.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/erfc.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include <numbers>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/quantities.h"

namespace parfocal::optics {

at::Tensor pixel_shares(const at::Tensor& center, const at::Tensor& width, std::int64_t n,
                        double origin) {
  const at::Tensor pixel = at::arange(n, at::kDouble).to(center.device()) - origin;
  const at::Tensor scale = (width * std::numbers::sqrt2).unsqueeze(-1);
  const at::Tensor low = (pixel - 0.5 - center.unsqueeze(-1)) / scale;
  const at::Tensor high = (pixel + 0.5 - center.unsqueeze(-1)) / scale;
  // On either side the small difference is that of two small numbers.
  const at::Tensor tail =
      at::where(low > 0.0, at::erfc(low) - at::erfc(high), at::erfc(-high) - at::erfc(-low));
  return 0.5 * at::where((low < 0.0) & (high > 0.0), at::erf(high) - at::erf(low), tail);
}

void IntegratedGaussian::Astigmatism::describe(Schema<Astigmatism>& s) {
  s.summary("Widths that change with the depth.");
  s.key("split", &Astigmatism::split)
      .trainable("um")
      .doc("Half the distance of the two line foci: x is sharp at +split, y at -split.");
  s.key("depth", &Astigmatism::depth)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("From a focus to where the width is sqrt(2) times larger, for a = b = 0.");
  s.key("a", &Astigmatism::a).trainable("1").doc("Cubic term of the defocus, [y, x].");
  s.key("b", &Astigmatism::b).trainable("1").doc("Quartic term of the defocus, [y, x].");
}

void IntegratedGaussian::describe(Schema<Params>& s) {
  s.summary("A Gaussian PSF integrated over the pixels, with or without astigmatism.");
  s.equation(
      "psf = E_j(y, s_y) E_i(x, s_x),  E_i = 1/2 [erf((i+1/2-x)/(sqrt(2) s)) - "
      "erf((i-1/2-x)/(sqrt(2) s))]\n"
      "s_x = sigma_x sqrt(alpha(z - split)),  s_y = sigma_y sqrt(alpha(z + split))\n"
      "alpha(u) = 1 + (u/depth)^2 + a (u/depth)^3 + b (u/depth)^4");
  s.citation("C. S. Smith et al., Nature Methods 7, 373, 2010");
  s.citation("B. Huang et al., Science 319, 810, 2008 (astigmatism)");
  s.convention("The light of the whole plane is 1; an emitter at +x lies at +x.");
  s.gradient("exact");
  s.key("size", &Params::size).required().at_least(1).doc("Pixels of the window, [y, x].");
  s.key("pitch", &Params::pitch)
      .required()
      .above(Length::from_m(0.0))
      .doc("Pitch of the pixels in the sample, [y, x].");
  s.key("sigma", &Params::sigma)
      .required()
      .above(Length::from_m(0.0))
      .trainable("um")
      .doc("Standard deviation in focus, [y, x].");
  s.key("position", &Params::position)
      .trainable("um")
      .doc("Lateral position of the emitter from the axis, [y, x].");
  s.key("z", &Params::z).trainable("um").doc("Depths of the emitter, one plane each.");
  s.block("astigmatism", &Params::astigmatism).doc("Absent: the widths are those in focus.");
  s.check([](const Params& p) -> std::string {
    return p.z.empty() ? "z: expected at least one depth" : "";
  });
}

IntegratedGaussian::IntegratedGaussian(const Params& params, const BuildContext& context)
    : path_(context.path),
      pixels_(
          Grid::centred(params.size[0], params.size[1], params.pitch[0].m(), params.pitch[1].m())),
      sigma_(context, "sigma", params.sigma, LeafUnit{"um", 1e-6, Bounds::above(0.0)}),
      position_(context, "position", params.position, LeafUnit{"um", 1e-6}),
      z_(context, "z", si_values(params.z), at::kDouble, LeafUnit{"um", 1e-6}),
      dtype_(context.dtype),
      device_(context.device) {
  if (!params.astigmatism) return;
  const Astigmatism& astigmatism = *params.astigmatism;
  const BuildContext place = context.child("astigmatism");
  split_ = Trainable(place, "split", astigmatism.split, LeafUnit{"um", 1e-6});
  depth_ = Trainable(place, "depth", astigmatism.depth, LeafUnit{"um", 1e-6, Bounds::above(0.0)});
  a_ = Trainable(place, "a", astigmatism.a, LeafUnit{"1"});
  b_ = Trainable(place, "b", astigmatism.b, LeafUnit{"1"});
}

std::vector<double> IntegratedGaussian::planes_m() const { return numbers_of(z_.si()); }

at::Tensor IntegratedGaussian::widths_m(std::int64_t axis) const {
  const at::Tensor sigma = sigma_.si()[axis];
  const at::Tensor z = z_.si();
  if (!depth_.defined()) return sigma.expand_as(z);
  const at::Tensor split = axis == 0 ? split_.si() : -split_.si();
  const at::Tensor u = (z + split) / depth_.si();
  const at::Tensor alpha = 1.0 + u.square() * (1.0 + u * (a_.si()[axis] + u * b_.si()[axis]));
  const std::int64_t worst = alpha.argmin().item<std::int64_t>();
  const double least = alpha[worst].item<double>();
  if (!(least > 0.0)) {
    throw UsageError(fmt::format(
        "{}.astigmatism: the square of the width of {} is {:.3g} times that in focus at z = {}, "
        "expected above 0; a and b do not reach so far",
        path_, axis == 0 ? "y" : "x", least, length_text(z[worst].item<double>())));
  }
  return sigma * alpha.sqrt();
}

at::Tensor IntegratedGaussian::shares(std::int64_t axis) const {
  const double pitch_m = axis == 0 ? pixels_.pitch_y_m : pixels_.pitch_x_m;
  const at::Tensor width = widths_m(axis) / pitch_m;
  const at::Tensor center = (position_.si()[axis] / pitch_m).expand_as(width);
  return axis == 0 ? pixel_shares(center, width, pixels_.n_y, pixels_.origin_y)
                   : pixel_shares(center, width, pixels_.n_x, pixels_.origin_x);
}

at::Tensor IntegratedGaussian::psf() const {
  return (shares(0).unsqueeze(-1) * shares(1).unsqueeze(-2)).to(device_, dtype_);
}

}  // namespace parfocal::optics
