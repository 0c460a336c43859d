// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/operators/capabilities.h"
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

/// Several images of several unknowns: circular convolutions with seeded kernels, on the sensor's
/// own grid.
class RandomBank final : public LinearOperator, public TransferFunctions {
 public:
  RandomBank(std::int64_t images, std::int64_t unknowns, std::int64_t n_y, std::int64_t n_x,
             std::uint64_t seed = 5);

  [[nodiscard]] at::Tensor forward(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& y) const override;
  [[nodiscard]] Shape domain() const override { return {transfer_.size(2), n_y_, n_x_}; }
  [[nodiscard]] Shape range() const override { return {transfer_.size(1), n_y_, n_x_}; }
  [[nodiscard]] at::ScalarType dtype() const override { return at::kDouble; }
  [[nodiscard]] std::optional<double> norm_bound() const override;
  [[nodiscard]] at::Tensor transfer() const override { return transfer_; }
  [[nodiscard]] std::int64_t padded_y() const override { return n_y_; }
  [[nodiscard]] std::int64_t padded_x() const override { return n_x_; }
  [[nodiscard]] std::int64_t sensor_y() const override { return n_y_; }
  [[nodiscard]] std::int64_t sensor_x() const override { return n_x_; }

 private:
  std::int64_t n_y_, n_x_;
  at::Tensor transfer_;  // [1, image, unknown, n_y, n_x / 2 + 1]
};
/// Seeded images [2, images, n_y, n_x] of such a bank.
[[nodiscard]] Problem random_bank(std::int64_t images, std::int64_t unknowns, std::int64_t n_y,
                                  std::int64_t n_x,
                                  std::vector<std::shared_ptr<const Prior>> priors = {});

/// argmin 1/2 |A v - b|^2_W + 1/2 sum_k d_k |v_k - z_k|^2 with A column by column, [batch, domain].
[[nodiscard]] at::Tensor dense_ridge(const Problem& problem, const std::vector<double>& d,
                                     const at::Tensor& z);

[[nodiscard]] std::shared_ptr<const Prior> non_negative();
[[nodiscard]] std::shared_ptr<const Prior> total_variation(
    double weight, solvers::TvKind kind = solvers::TvKind::kAnisotropic,
    DifferenceBoundary boundary = DifferenceBoundary::kCircular);

/// Runs `iterations` steps and returns the state.
[[nodiscard]] std::unique_ptr<SolverState> run_steps(const Solver& solver, const Problem& problem,
                                                     std::int64_t iterations);

}  // namespace parfocal::test
