// SPDX-License-Identifier: Apache-2.0
#include "solvers/register.h"

#include "core/operators/component.h"
#include "solvers/linear/tikhonov.h"
#include "solvers/linear/wiener.h"
#include "solvers/localization/matched_filter.h"
#include "solvers/localization/net_gradient.h"
#include "solvers/metrics/psnr.h"
#include "solvers/metrics/ssim.h"
#include "solvers/priors/non_negative.h"
#include "solvers/priors/quadratic.h"
#include "solvers/priors/smooth_total_variation.h"
#include "solvers/priors/total_variation.h"
#include "solvers/priors/wavelet_l1.h"
#include "solvers/proximal/admm.h"
#include "solvers/proximal/fista.h"
#include "solvers/proximal/gradient_descent.h"
#include "solvers/proximal/pnp_admm.h"
#include "solvers/proximal/pnp_hqs.h"
#include "solvers/spectral/baseline.h"
#include "solvers/spectral/despike.h"
#include "solvers/spectral/unmix.h"

namespace parfocal {

void register_solvers(Registry& registry) {
  add_component<Detection, solvers::MatchedFilter>(registry, "matched_filter");
  add_component<Detection, solvers::NetGradient>(registry, "net_gradient");
  add_component<Solver, solvers::Admm>(registry, "admm");
  add_component<Solver, solvers::Fista>(registry, "fista");
  add_component<Solver, solvers::GradientDescent>(registry, "gradient_descent");
  add_component<Solver, solvers::PnpAdmm>(registry, "pnp_admm");
  add_component<Solver, solvers::PnpHqs>(registry, "pnp_hqs");
  add_component<Solver, solvers::Tikhonov>(registry, "tikhonov");
  add_component<Stage, solvers::Baseline>(registry, "baseline");
  add_component<Stage, solvers::Despike>(registry, "despike");
  add_component<Stage, solvers::Unmix>(registry, "unmix");
  add_component<Stage, solvers::Wiener>(registry, "wiener");
  add_component<Metric, solvers::Psnr>(registry, "psnr");
  add_component<Metric, solvers::Ssim>(registry, "ssim");
  add_component<Prior, solvers::NonNegative>(registry, "non_negative");
  add_component<Prior, solvers::Quadratic>(registry, "quadratic");
  add_component<Prior, solvers::SmoothTotalVariation>(registry, "smooth_total_variation");
  add_component<Prior, solvers::TotalVariation>(registry, "total_variation");
  add_component<Prior, solvers::WaveletL1>(registry, "wavelet_l1");
}

}  // namespace parfocal
