// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/tikhonov.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "tests/solvers/problems.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using solvers::Edge;
using solvers::Tikhonov;

/// The circular convolution on the padded grid as a dense matrix, by loops over the definition.
at::Tensor dense_convolution(const at::Tensor& psf, std::int64_t p_y, std::int64_t p_x) {
  const at::Tensor kernel = pad_centred(psf, p_y, p_x)[0];
  at::Tensor matrix = at::zeros({p_y * p_x, p_y * p_x}, at::kDouble);
  for (std::int64_t i = 0; i < p_y * p_x; ++i) {
    for (std::int64_t j = 0; j < p_y * p_x; ++j) {
      const std::int64_t y = (i / p_x - j / p_x + p_y / 2 + p_y) % p_y;
      const std::int64_t x = (i % p_x - j % p_x + p_x / 2 + p_x) % p_x;
      matrix[i][j] = kernel[y][x].item<double>();
    }
  }
  return matrix;
}

TEST(Tikhonov, IsTheDenseSolutionOfItsNormalEquations) {
  const CameraSize size{2, 1, 4, 3};
  const Problem problem = random_camera(size, {});
  const auto& model = dynamic_cast<const lensless::LenslessConvolution&>(*problem.model);
  const std::int64_t p_y = model.padded_y(), p_x = model.padded_x();
  const at::Tensor a = dense_convolution(random_psf(size), p_y, p_x);
  const at::Tensor normal = a.t().matmul(a) + 0.05 * at::eye(p_y * p_x, at::kDouble);
  const at::Tensor padded = pad_centred(problem.counts, p_y, p_x).reshape({2, p_y * p_x});
  const at::Tensor v =
      at::linalg_solve(normal, a.t().matmul(padded.t())).t().reshape({2, 1, p_y, p_x});

  Tikhonov::Params params;
  params.weight = {0.05};
  params.edge = Edge::kZero;
  EXPECT_TRUE(
      close_relative(solve(Tikhonov(params), problem).estimate, crop_centred(v, 4, 3), 1e-12));
}

TEST(Tikhonov, SeveralUnknownsAreTheDenseSolutionWithAWeightForEach) {
  const Problem problem = random_bank(3, 2, 4, 5);
  Tikhonov::Params params;
  params.weight = {0.4, 3.0};
  const at::Tensor zero = at::zeros({2, 2, 4, 5}, at::kDouble);
  EXPECT_TRUE(close_relative(solve(Tikhonov(params), problem).estimate,
                             dense_ridge(problem, params.weight, zero), 1e-12));
}

TEST(Tikhonov, AnotherNumberOfWeightsThanUnknownsIsRefused) {
  const Problem problem = random_bank(3, 2, 4, 5);
  Tikhonov::Params params;
  params.weight = {0.4, 3.0, 1.0};
  EXPECT_THROW(static_cast<void>(solve(Tikhonov(params), problem)), UsageError);
}

TEST(Tikhonov, ReplicatedEdgeKeepsAConstantSceneConstant) {
  Problem problem = random_camera({1, 1, 12, 9}, {});
  const auto& model = dynamic_cast<const lensless::LenslessConvolution&>(*problem.model);
  problem.counts =
      model.forward(at::zeros({1, 1, model.padded_y(), model.padded_x()}, at::kDouble) + 1.0);
  const auto error_of = [&](Edge edge) {
    Tikhonov::Params params;
    params.weight = {1e-3};
    params.edge = edge;
    return at::Tensor((solve(Tikhonov(params), problem).estimate - 1.0).abs());
  };
  EXPECT_LE(error_of(Edge::kReplicate).max().item<double>(), 2e-3);
  EXPECT_LE(error_of(Edge::kTaper).max().item<double>(),
            0.9 * error_of(Edge::kZero).max().item<double>());
  EXPECT_GE(error_of(Edge::kZero).max().item<double>(), 0.1);
}

TEST(Tikhonov, NonNegativePriorClips) {
  const Problem free = random_camera({1, 1, 8, 8}, {});
  Problem clipped = free;
  clipped.priors = {non_negative()};
  const at::Tensor v = solve(Tikhonov(Tikhonov::Params{}), free).estimate;
  EXPECT_LE(v.min().item<double>(), -1e-3);
  EXPECT_TRUE(identical(solve(Tikhonov(Tikhonov::Params{}), clipped).estimate, v.clamp_min(0)));
}

TEST(Tikhonov, UnequalPixelsAreRefused) {
  Problem problem = random_camera({1, 1, 8, 8}, {});
  problem.mask = at::ones_like(problem.counts);
  problem.mask[0][0][2][2] = 0;
  EXPECT_THROW(static_cast<void>(solve(Tikhonov(Tikhonov::Params{}), problem)), UsageError);
}

}  // namespace
}  // namespace parfocal::test
