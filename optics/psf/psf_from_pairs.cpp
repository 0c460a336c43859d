// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/psf_from_pairs.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conj.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/real.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/fft.h"

namespace parfocal::optics {
namespace {

namespace fs = std::filesystem;

/// Of the gradients the mean square is held down too, so that the fit has one solution.
constexpr double kRidge = 0.01;

/// |D|^2 at the frequencies of the half plane: 4 - 2 cos(2 pi f_y) - 2 cos(2 pi f_x).
at::Tensor difference_power(std::int64_t p_y, std::int64_t p_x) {
  const at::Tensor f_y = fft_frequencies_per_m(p_y, 1.0).unsqueeze(1) * (2.0 * std::numbers::pi);
  const at::Tensor f_x = rfft_frequencies_per_m(p_x, 1.0) * (2.0 * std::numbers::pi);
  return 4.0 - f_y.cos() * 2.0 - f_x.cos() * 2.0;
}

/// The alternating steps; arrays of a PSF have its centre at sample 0 of the padded grid.
class Fit {
 public:
  Fit(const at::Tensor& scenes, const at::Tensor& images, const PairFit& fit)
      : fit_(fit),
        images_(images),
        p_y_(good_fft_size(2 * images.size(-2) - 1)),
        p_x_(good_fft_size(2 * images.size(-1) - 1)),
        inside_(pad_centred(at::ones_like(images[0]), p_y_, p_x_).gt(0.5)),
        scenes_(rfft2(pad_centred(scenes, p_y_, p_x_))),
        z_(pad_centred(images, p_y_, p_x_)),
        dual_z_(at::zeros_like(z_)),
        w_(at::zeros({p_y_, p_x_}, z_.options())),
        dual_w_(at::zeros_like(w_)) {
    denominator_ = at::real(scenes_ * scenes_.conj()).sum(0) * fit.step +
                   (difference_power(p_y_, p_x_) + kRidge) * fit.smoothness + fit.psf_step;
  }

  void iterate() {
    const at::Tensor seen = (scenes_.conj() * rfft2(z_ - dual_z_)).sum(0) * fit_.step;
    const at::Tensor spectrum = (seen + rfft2(w_ - dual_w_) * fit_.psf_step) / denominator_;
    const at::Tensor h = irfft2(spectrum, p_y_, p_x_);
    w_ = centre_to_origin(pad_centred(window(h + dual_w_).clamp_min(0.0), p_y_, p_x_));
    dual_w_ = dual_w_ + h - w_;
    const at::Tensor blurred = irfft2(scenes_ * spectrum, p_y_, p_x_);
    const at::Tensor offset =
        (images_ - crop_centred(blurred, images_.size(-2), images_.size(-1))).mean({-2, -1}, true);
    const at::Tensor t = blurred + dual_z_;
    const at::Tensor measured = pad_centred(images_ - offset, p_y_, p_x_);
    z_ = at::where(inside_, (measured + t * fit_.step) / (1.0 + fit_.step), t);
    dual_z_ = t - z_;
  }

  [[nodiscard]] at::Tensor psf() const { return window(w_); }

 private:
  [[nodiscard]] at::Tensor window(const at::Tensor& h) const {
    return crop_centred(origin_to_centre(h), images_.size(-2), images_.size(-1));
  }

  PairFit fit_;
  at::Tensor images_;
  std::int64_t p_y_, p_x_;
  at::Tensor inside_, scenes_, z_, dual_z_, w_, dual_w_, denominator_;
};

std::vector<std::string> names_of(const std::string& key, const fs::path& folder) {
  std::error_code problem;
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, problem)) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  }
  if (problem) {
    throw DataError(fmt::format("{} = {}: cannot be listed ({}); name a folder of images", key,
                                folder.string(), problem.message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> pairs_of(const std::string& path, const PsfFromPairs::Params& params) {
  std::vector<std::string> names = names_of(path + ".scenes", params.scenes);
  if (names != names_of(path + ".images", params.images)) {
    throw DataError(
        fmt::format("{}: {} and {} hold files of different names; each scene needs the "
                    "image of its own name",
                    path, params.scenes.string(), params.images.string()));
  }
  for (const std::string& unused : params.leave_out) {
    if (std::erase(names, unused) == 0) {
      throw UsageError(fmt::format("{}.leave_out = {}: no such file in {}", path, unused,
                                   params.scenes.string()));
    }
  }
  if (!names.empty()) return names;
  throw DataError(fmt::format("{}.scenes = {}: no pair is left; leave out fewer files", path,
                              params.scenes.string()));
}

/// [pair, channel, n_y, n_x]
at::Tensor loaded(const std::string& path, const fs::path& folder,
                  const std::vector<std::string>& names, ImageFiles& files) {
  std::vector<at::Tensor> images;
  for (const std::string& name : names) {
    ImageFile image;
    image.file = folder / name;
    const at::Tensor values = files.load(path, image).values;
    if (values.size(0) != 1 || (!images.empty() && values.sizes() != images[0].sizes())) {
      throw DataError(fmt::format("{}: {} is not one image of the size of {}", path,
                                  image.file.string(), names.front()));
    }
    images.push_back(values);
  }
  return at::cat(images);
}

at::Tensor normalized(const at::Tensor& psf, PsfFromPairs::Normalize rule) {
  switch (rule) {
    case PsfFromPairs::Normalize::kL2:
      return psf / psf.square().sum().sqrt();
    case PsfFromPairs::Normalize::kSum:
      return psf / psf.sum();
    case PsfFromPairs::Normalize::kNone:
      break;
  }
  return psf;
}

}  // namespace

at::Tensor psf_of_pairs(const at::Tensor& scenes, const at::Tensor& images, const PairFit& fit) {
  PARFOCAL_CHECK(scenes.dim() == std::int64_t{3});
  PARFOCAL_CHECK(scenes.sizes() == images.sizes());
  const at::NoGradGuard no_grad;
  Fit steps(scenes.to(at::kDouble), images.to(at::kDouble), fit);
  for (std::int64_t k = 0; k < fit.iterations; ++k) steps.iterate();
  return steps.psf();
}

void PsfFromPairs::describe(Schema<Params>& s) {
  s.summary("A point-spread function estimated from images of scenes that are known.");
  s.equation(
      "min over h >= 0 and o_i of sum_i |S(h * x_i) + o_i - y_i|^2 + lambda (|D h|^2 + 0.01 "
      "|h|^2)");
  s.citation("M. Almeida, M. Figueiredo, IEEE Trans. Image Process. 22, 3074 (2013)");
  s.convention("Files of equal name are a pair; scenes and images share one orientation.");
  s.key("scenes", &Params::scenes).required().doc("Folder of the true images x_i.");
  s.key("images", &Params::images).required().doc("Folder of the measured images y_i.");
  s.key("leave_out", &Params::leave_out).doc("Names of files that the fit must not see.");
  s.key("channel", &Params::channel)
      .at_least(0)
      .doc("The one color that is fitted, counted as in the file; absent: each on its own.");
  double Params::*smoothness = &PairFit::smoothness;
  s.key("smoothness", smoothness).at_least(0.0).doc("lambda, for images of values up to 1.");
  double Params::*step = &PairFit::step;
  s.key("step", step).above(0.0).doc("mu, the weight of z_i = h * x_i.");
  double Params::*psf_step = &PairFit::psf_step;
  s.key("psf_step", psf_step).above(0.0).doc("rho, the weight of w = h.");
  std::int64_t Params::*iterations = &PairFit::iterations;
  s.key("iterations", iterations).at_least(1).doc("Steps of the splitting.");
  s.choice("normalize", &Params::normalize,
           {{"none", Normalize::kNone}, {"l2", Normalize::kL2}, {"sum", Normalize::kSum}})
      .doc("The PSF of all channels is divided by its root sum of squares or by its sum.");
}

PsfFromPairs::PsfFromPairs(const Params& params, const BuildContext& context) {
  PARFOCAL_CHECK(context.files != nullptr);
  const std::vector<std::string> names = pairs_of(context.path, params);
  const at::Tensor scenes = loaded(context.path + ".scenes", params.scenes, names, *context.files);
  const at::Tensor images = loaded(context.path + ".images", params.images, names, *context.files);
  if (scenes.sizes() != images.sizes()) {
    throw DataError(
        fmt::format("{}: the scenes are {} x {} pixels, the images {} x {}; both must "
                    "be of one size and have the same colors",
                    context.path, scenes.size(2), scenes.size(3), images.size(2), images.size(3)));
  }
  if (params.channel && *params.channel >= scenes.size(1)) {
    throw UsageError(fmt::format("{}.channel = {}: the images have channels 0 to {}", context.path,
                                 *params.channel, scenes.size(1) - 1));
  }
  const std::int64_t first = params.channel.value_or(0);
  const std::int64_t end = params.channel ? first + 1 : scenes.size(1);
  std::vector<at::Tensor> channels;
  for (std::int64_t c = first; c < end; ++c) {
    channels.push_back(psf_of_pairs(scenes.select(1, c), images.select(1, c), params));
  }
  psf_ = normalized(at::stack(channels), params.normalize).to(context.device, context.dtype);
}

}  // namespace parfocal::optics
