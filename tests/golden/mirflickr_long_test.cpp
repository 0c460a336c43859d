// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/tensor/fft.h"
#include "datasets/image_files.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "optics/detectors/gaussian_detector.h"
#include "optics/psf/psf_from_pairs.h"
#include "solvers/metrics/psnr.h"
#include "solvers/proximal/admm.h"
#include "solvers/solver.h"
#include "tests/solvers/problems.h"
#include "tests/support/data.h"

namespace parfocal::test {
namespace {

/// What is published of the fit without this pair, green channel.
struct LeftOut {
  const char* name;
  double explained, psnr_gain, psnr_maximum;
};
const LeftOut kPublished[] = {{"im157", 0.969, 14.3, 12.3},
                              {"im189", 0.982, 16.1, 15.4},
                              {"im326", 0.986, 23.6, 19.2},
                              {"im394", 0.982, 16.7, 15.2},
                              {"im408", 0.978, 14.2, 12.5}};

std::filesystem::path folder(const std::string& name) {
  return data_file("lensless/mirflickr_pairs") / name;
}

/// Green, [n_y, n_x].
at::Tensor green(datasets::ImageFileLoader& files, const std::string& kind,
                 const std::string& name) {
  ImageFile image;
  image.file = folder(kind) / (name + ".npy");
  return files.load("test", image).values[0][1];
}

at::Tensor psf_without(datasets::ImageFileLoader& files, const std::string& name) {
  optics::PsfFromPairs::Params params;
  params.scenes = folder("lensed");
  params.images = folder("diffuser");
  params.leave_out = {name + ".npy"};
  params.channel = 1;
  BuildContext context;
  context.path = "model.psf";
  context.dtype = at::kDouble;
  context.files = &files;
  return optics::PsfFromPairs(params, context).psf();
}

/// Share of the variance of the raw image that a free gain and offset explain.
double explained_variance(const at::Tensor& psf, const at::Tensor& scene, const at::Tensor& raw) {
  const lensless::LenslessConvolution model(psf, {});
  const at::Tensor object = pad_centred(scene.unsqueeze(0), model.padded_y(), model.padded_x());
  const at::Tensor seen = model.forward(object)[0];
  const at::Tensor a = seen - seen.mean(), b = raw - raw.mean();
  const double covariance = (a * b).mean().item<double>();
  return covariance * covariance / ((a * a).mean() * (b * b).mean()).item<double>();
}

at::Tensor reconstructed(const at::Tensor& psf, const at::Tensor& raw) {
  solvers::Admm::Params admm;
  admm.variant = "picam";
  admm.order = solvers::AdmmOrder::kWBeforeV;
  Problem problem;
  problem.model = std::make_shared<lensless::LenslessConvolution>(
      psf, lensless::LenslessConvolution::Options{});
  problem.likelihood = std::make_shared<optics::GaussianDetector>(
      optics::GaussianDetector::Params{1.0}, BuildContext{});
  problem.priors = {total_variation(1e-4), non_negative()};
  problem.counts = raw.unsqueeze(0).unsqueeze(0);
  return solve(solvers::Admm(admm), problem, {}).estimate;
}

double psnr(const at::Tensor& estimate, const at::Tensor& scene, solvers::ScaleMatch scale) {
  solvers::Psnr::Params params;
  params.scale = scale;
  if (scale == solvers::ScaleMatch::kGain) params.peak = 1.0;
  return solvers::Psnr(params).evaluate(estimate, scene.unsqueeze(0).unsqueeze(0)).item<double>();
}

TEST(MirflickrPairs, PsfOfFourPairsExplainsAndReconstructsTheFifth) {
  PARFOCAL_REQUIRE_FILE(folder("lensed"));
  datasets::ImageFileLoader files;
  double mean = 0.0;
  for (const LeftOut& row : kPublished) {
    SCOPED_TRACE(row.name);
    const at::Tensor psf = psf_without(files, row.name);
    const at::Tensor scene = green(files, "lensed", row.name);
    const at::Tensor raw = green(files, "diffuser", row.name);
    const double explained = explained_variance(psf, scene, raw);
    mean += explained / 5.0;
    EXPECT_NEAR(explained, row.explained, 1e-3);
    const at::Tensor estimate = reconstructed(psf, raw);
    EXPECT_GE(psnr(estimate, scene, solvers::ScaleMatch::kGain), row.psnr_gain - 0.3);
    EXPECT_GE(psnr(estimate, scene, solvers::ScaleMatch::kMaximum), row.psnr_maximum - 0.3);
  }
  EXPECT_GE(mean, 0.975);
}

}  // namespace
}  // namespace parfocal::test
