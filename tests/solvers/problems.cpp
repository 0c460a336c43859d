// SPDX-License-Identifier: Apache-2.0
#include "tests/solvers/problems.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/max.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "core/tensor/fft.h"
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

RandomBank::RandomBank(std::int64_t images, std::int64_t unknowns, std::int64_t n_y,
                       std::int64_t n_x, std::uint64_t seed)
    : n_y_(n_y), n_x_(n_x) {
  RandomStream random(seed, "bank");
  transfer_ = rfft2(random.normal({1, images, unknowns, n_y, n_x}, at::kDouble));
}

at::Tensor RandomBank::forward(const at::Tensor& v) const {
  return irfft2((transfer_[0] * rfft2(v).unsqueeze(-4)).sum(-3), n_y_, n_x_);
}

at::Tensor RandomBank::adjoint(const at::Tensor& y) const {
  return irfft2((transfer_[0].conj() * rfft2(y).unsqueeze(-3)).sum(-4), n_y_, n_x_);
}

std::optional<double> RandomBank::norm_bound() const {
  return std::sqrt(transfer_.abs().square().sum({1, 2}).max().item<double>());
}

Problem random_bank(std::int64_t images, std::int64_t unknowns, std::int64_t n_y, std::int64_t n_x,
                    std::vector<std::shared_ptr<const Prior>> priors) {
  RandomStream random(6, "images");
  Problem problem;
  problem.model = std::make_shared<RandomBank>(images, unknowns, n_y, n_x);
  problem.likelihood = std::make_shared<UnitGaussian>();
  problem.priors = std::move(priors);
  problem.counts = random.normal({2, images, n_y, n_x}, at::kDouble);
  return problem;
}

at::Tensor dense_ridge(const Problem& problem, const std::vector<double>& d, const at::Tensor& z) {
  const DataTerm data = data_term_of(problem, at::kCPU);
  const std::int64_t size = z[0].numel();
  Shape shape = problem.model->domain();
  const at::Tensor ridge =
      at::tensor(d, at::kDouble).repeat_interleave(size / static_cast<std::int64_t>(d.size()));
  shape.insert(shape.begin(), size);
  const at::Tensor a =
      problem.model->forward(at::eye(size, at::kDouble).view(shape)).flatten(1).t();
  std::vector<at::Tensor> solutions;
  for (std::int64_t i = 0; i < z.size(0); ++i) {
    const at::Tensor weighted = a.t().matmul(at::diag(data.weight[i].flatten()));
    const at::Tensor right = weighted.matmul(data.target[i].flatten()) + ridge * z[i].flatten();
    solutions.push_back(
        at::linalg_solve(weighted.matmul(a) + at::diag(ridge), right).view(z[i].sizes()));
  }
  return at::stack(solutions);
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
