// SPDX-License-Identifier: Apache-2.0
#include "tests/solvers/problems.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>

#include "core/tensor/random.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "solvers/data_term.h"
#include "solvers/priors/non_negative.h"

namespace parfocal::test {

at::Tensor UnitGaussian::sample(const at::Tensor& mean, RandomStream& random) const {
  return mean + random.normal(mean.sizes(), mean.scalar_type());
}

at::Tensor UnitGaussian::negative_log_likelihood(const at::Tensor& mean,
                                                 const at::Tensor& counts) const {
  const at::Tensor residual = mean - counts;
  return sum_per_item(residual * residual) * 0.5;
}

at::Tensor UnitGaussian::gradient(const at::Tensor& mean, const at::Tensor& counts) const {
  return mean - counts;
}

at::Tensor UnitGaussian::fisher_weight(const at::Tensor& mean) const { return at::ones_like(mean); }

Likelihood::Quadratic UnitGaussian::quadratic(const at::Tensor& counts) const {
  return {counts, at::ones_like(counts)};
}

at::Tensor random_psf(const CameraSize& size, std::uint64_t seed) {
  RandomStream random(seed, "psf");
  at::Tensor psf = random.uniform({size.channels, size.n_y, size.n_x});
  psf.select(1, size.n_y / 2).select(1, size.n_x / 2).add_(2.0);
  return (psf / psf.sum({1, 2}, true)).to(size.dtype);
}

Problem random_camera(const CameraSize& size, std::vector<std::shared_ptr<const Prior>> priors,
                      std::uint64_t seed) {
  RandomStream random(seed, "counts");
  Problem problem;
  problem.model = std::make_shared<lensless::LenslessConvolution>(
      random_psf(size, seed), lensless::LenslessConvolution::Options{});
  problem.likelihood = std::make_shared<UnitGaussian>();
  problem.priors = std::move(priors);
  problem.counts = random.uniform({size.batch, size.channels, size.n_y, size.n_x}).to(size.dtype);
  return problem;
}

std::shared_ptr<const Prior> non_negative() { return std::make_shared<solvers::NonNegative>(); }

std::shared_ptr<const Prior> total_variation(double weight, solvers::TvKind kind,
                                             DifferenceBoundary boundary) {
  solvers::TotalVariation::Params params;
  params.weight = weight;
  params.kind = kind;
  params.boundary = boundary;
  return std::make_shared<solvers::TotalVariation>(params);
}

std::unique_ptr<SolverState> run_steps(const Solver& solver, const Problem& problem,
                                       std::int64_t iterations) {
  auto state = solver.init(problem);
  for (std::int64_t i = 0; i < iterations; ++i) solver.step(problem, *state);
  return state;
}

}  // namespace parfocal::test
