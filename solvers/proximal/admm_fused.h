// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "solvers/proximal/admm.h"
#include "solvers/proximal/admm_kernels.h"
#include "solvers/proximal/admm_setup.h"
#include "solvers/proximal/real_fft_2d.h"

namespace parfocal::solvers {

/// ADMM in its minimal form: the iterates of `AdmmDirectState` with four real transforms and fused
/// passes, without gradients.
///
///   stencil   a = mu2 D v;  y = a + (e + a);  e = P(y) - a      (= eta - mu2 u)
///             rho = r + mu3 v;  z = rho + mu3 v;  r = min(z, 0) - mu3 v   (= rho - mu3 w)
///             f = -D^T e - r
///   sensor    x = (xi + mu1 q + W b) / (W + mu1);  g = mu1 x - xi - mu1 q
///   spectrum  Vh = (DFT f + mu1 |Hh|^2 Vh + conj(Hh) DFT(S^T g)) / (mu1 |Hh|^2 + mu2 L + mu3)
///   inverse   v = IDFT Vh;  q' = S IDFT(Hh Vh);  xi += mu1 q' - mu1 x
///
/// P clips to [-tau, tau] (anisotropic) or projects on the disc of radius tau (isotropic). Where v
/// comes before w, rho is kept instead of r: z = rho + mu3 v; rho = min(z, 0); f = -D^T e + |z|.
/// Outside the window mu1 x - xi = mu1 A v exactly, so that only g needs a transform.
///
/// Layout:     planes of [p_y][2 (p_x / 2 + 1)], one channel of one frame after the other.
/// Precision:  float32 or float64; sums of the monitor row by row, rows added in double.
/// Invariants: equal to the direct form within 1e-12 (float64, 100 iterations, with and without
///             active TV, with dead pixels); equal bits for any number of threads.
/// Errors:     none of its own; `fused_obstacle` says where it does not exist.
/// Tested by:  tests/solvers/admm_fused_test.cpp, tests/golden/admm_golden_test.cpp.
class AdmmFusedState : public AdmmState {
 public:
  virtual void step() = 0;
};

/// Why the minimal form does not apply (an open boundary, a quadratic prior, no CPU), or an empty text.
[[nodiscard]] std::string fused_obstacle(const AdmmSetup& setup);

struct AdmmFusedOptions {
  SimdLevel simd = best_simd_level();
  RealFft2d::Backend fft = RealFft2d::Backend::kBest;
};
[[nodiscard]] std::unique_ptr<AdmmFusedState> admm_fused_init(AdmmSetup setup,
                                                              const Admm::Params& params,
                                                              const AdmmFusedOptions& options = {});

}  // namespace parfocal::solvers
