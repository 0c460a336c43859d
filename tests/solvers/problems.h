// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "solvers/priors/total_variation.h"
#include "solvers/solver.h"

namespace parfocal::test {

/// 1/2 |m - counts|^2: the least-squares problem without weights.
class UnitGaussian : public Likelihood {
 public:
  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const override;
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean,
                                    const at::Tensor& counts) const override;
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor& mean) const override;
  [[nodiscard]] Quadratic quadratic(const at::Tensor& counts) const override;
};

struct CameraSize {
  std::int64_t batch = 2, channels = 1, n_y = 15, n_x = 22;
  at::ScalarType dtype = at::kDouble;
};

/// Seeded positive PSF [channels, n_y, n_x] that sums to 1 per channel, with a bright centre.
[[nodiscard]] at::Tensor random_psf(const CameraSize& size, std::uint64_t seed = 5);
/// A lensless camera with that PSF and seeded positive counts; the priors are the caller's.
[[nodiscard]] Problem random_camera(const CameraSize& size,
                                    std::vector<std::shared_ptr<const Prior>> priors,
                                    std::uint64_t seed = 5);

[[nodiscard]] std::shared_ptr<const Prior> non_negative();
[[nodiscard]] std::shared_ptr<const Prior> total_variation(
    double weight, solvers::TvKind kind = solvers::TvKind::kAnisotropic,
    DifferenceBoundary boundary = DifferenceBoundary::kCircular);

/// Runs `iterations` steps and returns the state.
[[nodiscard]] std::unique_ptr<SolverState> run_steps(const Solver& solver, const Problem& problem,
                                                     std::int64_t iterations);

}  // namespace parfocal::test
