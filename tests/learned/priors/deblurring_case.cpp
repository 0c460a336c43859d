// SPDX-License-Identifier: Apache-2.0
#include "tests/learned/priors/deblurring_case.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/real.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "core/operators/component.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "datasets/image_files.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "learned/priors/denoiser.h"
#include "learned/register.h"
#include "optics/detectors/gaussian_detector.h"
#include "optics/psf/measured_psf.h"
#include "optics/psf/psf_source.h"
#include "tests/support/data.h"

namespace parfocal::test {
namespace {

const Registry& registry() {
  static const Registry all = [] {
    Registry r;
    register_learned(r);
    add_component<PsfSource, optics::MeasuredPsf>(r, "measured");
    return r;
  }();
  return all;
}

std::shared_ptr<imaging::IncoherentImaging> blur_on(std::int64_t n_y, std::int64_t n_x) {
  datasets::ImageFileLoader files;
  auto kernel = std::make_shared<ImageFile>();
  kernel->file = levin_kernel_file();
  imaging::IncoherentImaging::Params params;
  params.psf.type = registry().find("psf", "measured");
  params.psf.params = kernel;
  params.psf.path = "model.psf";
  params.size = {n_y, n_x};
  BuildContext context;
  context.path = "model";
  context.files = &files;
  return std::make_shared<imaging::IncoherentImaging>(params, context);
}

}  // namespace

std::filesystem::path levin_kernel_file() {
  return data_file("images/kernels/levin09_2_17x17.npy");
}

at::Tensor set12_image(int number) {
  ImageFile image;
  image.file = set12_file(number);
  return datasets::ImageFileLoader().load("image", image).values / 255.0;
}

BlurredImage blurred_image(const at::Tensor& truth, double noise, std::uint64_t seed,
                           std::uint32_t number) {
  BlurredImage image{truth, {}, noise};
  const auto model = blur_on(truth.size(2), truth.size(3));
  optics::GaussianDetector::Params detector;
  detector.sigma = noise;
  image.problem.model = model;
  image.problem.likelihood = std::make_shared<optics::GaussianDetector>(detector, BuildContext{});
  // Rounding of the transforms must not push a whole grey value below itself.
  const at::Tensor blurred = model->forward(truth.to(at::kFloat)).to(at::kDouble);
  const at::Tensor cut = (blurred * 255.0 + 1e-4).floor().clamp(0, 255) / 255.0;
  RandomStream random(seed, "noise", 0, number);
  image.problem.counts = (cut + random.normal(truth.sizes()) * noise).to(at::kFloat);
  return image;
}

BlurredImage blurred_image_of_squares() {
  constexpr double kNoise = 2.0 / 255.0;
  at::Tensor truth = at::full({1, 1, 12, 13}, 0.2, at::kDouble);
  truth.slice(2, 1, 5).slice(3, 2, 7).fill_(0.8);
  truth.slice(2, 6, 11).slice(3, 1, 4).fill_(0.6);
  truth.slice(2, 7, 10).slice(3, 8, 12).fill_(0.4);
  at::Tensor psf = at::zeros({1, 12, 13}, at::kDouble);
  psf.slice(1, 5, 8).slice(2, 5, 8).fill_(1.0 / 9.0);
  BlurredImage image{truth, {}, kNoise};
  image.problem.model =
      std::make_shared<imaging::IncoherentImaging>(psf, imaging::Boundary::kPeriodic);
  optics::GaussianDetector::Params detector;
  detector.sigma = 1.0;
  image.problem.likelihood = std::make_shared<optics::GaussianDetector>(detector, BuildContext{});
  image.problem.counts =
      image.problem.model->forward(truth) + RandomStream(1, "noise").normal(truth.sizes()) * kNoise;
  return image;
}

double psnr_on_8_bit_db(const at::Tensor& estimate, const at::Tensor& truth) {
  const at::Tensor rounded = (estimate.to(at::kDouble) * 255.0).round().clamp(0, 255) / 255.0;
  return -10.0 * std::log10((rounded - truth).square().mean().item<double>());
}

std::shared_ptr<const Prior> denoiser_of(const DenoisingCase& tried, bool average) {
  learned::Denoiser::Params params;
  params.network.type = registry().find("network", "dncnn");
  params.network.params = std::make_shared<learned::DnCnn::Params>(params_of(tried));
  params.network.path = "prior.network";
  params.average = average;
  if (tried.told_noise) params.trained_sigma = {0.0, 0.2};
  BuildContext context;
  context.path = "prior";
  return std::make_shared<learned::Denoiser>(params, context);
}

double jacobian_norm(const Prior& denoiser, const at::Tensor& image) {
  constexpr double kSigma = 0.1;
  RandomStream random(1, "jacobian");
  const at::Tensor x = (image + random.normal(image.sizes()) * kSigma).to(at::kFloat).contiguous();
  const at::Tensor leaf = x.detach().requires_grad_(true);
  const at::Tensor output = denoiser.prox(leaf, kSigma * kSigma);
  // J^T u is linear in u, so its derivative along v is J v.
  const at::Tensor u = at::zeros_like(output).requires_grad_(true);
  const at::Tensor transposed =
      torch::autograd::grad({output}, {leaf}, {u}, true, /*create_graph=*/true)[0];
  at::Tensor v = random.normal(x.sizes()).to(at::kFloat);
  double norm = 0.0;
  for (int i = 0; i < 20; ++i) {
    v = v / v.norm();
    const at::Tensor jv = torch::autograd::grad({transposed}, {u}, {v}, true)[0];
    norm = jv.norm().item<double>();
    v = torch::autograd::grad({output}, {leaf}, {jv}, true)[0];
  }
  return norm;
}

double best_wiener_db(const BlurredImage& image) {
  const auto& bank = dynamic_cast<const TransferFunctions&>(*image.problem.model);
  const at::Tensor h = bank.transfer()[0][0];
  const at::Tensor power = at::real(h * h.conj());
  const at::Tensor numerator = h.conj() * rfft2(image.problem.counts);
  const std::int64_t n_y = image.truth.size(2), n_x = image.truth.size(3);
  double best = 0.0;
  for (double regulariser = 1e-5; regulariser < 1.0; regulariser *= 1.5) {
    const at::Tensor estimate = irfft2(numerator / (power + regulariser), n_y, n_x);
    best = std::max(best, psnr_on_8_bit_db(estimate, image.truth));
  }
  return best;
}

double deblurred_db(const BlurredImage& image, const solvers::PnpHqs::Params& params,
                    const std::shared_ptr<const Prior>& prior) {
  const at::NoGradGuard no_gradients;
  Problem problem = image.problem;
  problem.priors = {prior};
  const solvers::PnpHqs solver(params);
  const auto state = solver.init(problem);
  for (std::int64_t k = 0; k < solver.iterations(); ++k) solver.step(problem, *state);
  return psnr_on_8_bit_db(solver.estimate(problem, *state), image.truth);
}

}  // namespace parfocal::test
