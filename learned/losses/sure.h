// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "core/operators/component.h"
#include "learned/losses/loss.h"
#include "learned/losses/trial_images.h"

namespace parfocal::learned {

/// The error of a map f of noisy images against the unknown mean u, from the noisy image y alone,
/// pixel by pixel; its mean over pixels and noise is that of (f - u)^2.
///
///   (f - y)^2 - (g y + s^2) + 2 (g y + s^2) b . (f(y + t b) - f(y)) / t
///   - (g^2 y + 2 g s^2) c . (f(y + t2 c) + f(y - t2 c) - 2 f(y)) / t2^2
///
/// for noise of variance g u + s^2, with E b = 0, E b^2 = 1 and E c = 0, E c^2 = 1, E c^3 = 1.
///
/// C. M. Stein, Ann. Stat. 9, 1135 (1981) (Gaussian); F. Luisier, T. Blu, M. Unser, IEEE Trans. Image
/// Process. 20, 696 (2011) (Poisson-Gaussian); S. Ramani, T. Blu, M. Unser, IEEE Trans. Image
/// Process. 17, 1540 (2008) (probes).
/// Convention: Gaussian noise (g = 0): exact. With shot noise: to first order in g without c, to
///             second order with it.
/// Tested by:  tests/learned/losses/sure_test.cpp (published errors, by quadrature).
struct SureProbe {
  at::Tensor b;         ///< Of the shape of y.
  at::Tensor c;         ///< The same; undefined: first order.
  double step = 1e-3;   ///< t
  double step2 = 1e-2;  ///< t2
};
[[nodiscard]] at::Tensor sure_map(const std::function<at::Tensor(const at::Tensor&)>& f,
                                  const at::Tensor& y, const ImageNoise& noise,
                                  const SureProbe& probe);

/// Stein's unbiased estimate of the error of the predicted image, for Gaussian, Poisson and
/// Poisson-Gaussian detectors: a decoder is trained without true objects.
///
///   f(y) = A S(y) in `sure_map`;  b = +-1,  c = 1.6180 with probability 0.2764, else -0.6180
///
/// Convention: g and s^2 are those of the detector of the experiment, in object values.
/// Units:      object values squared; may be negative, because it is an estimate.
/// Invariants: the probes of a sample depend on the run seed and the sample only.
/// Errors:     UsageError for a trial without a measured image, and for a detector whose variance is
///             not linear in the light.
/// Tested by:  tests/learned/losses/sure_test.cpp, conformance.
class Sure final : public Loss {
 public:
  struct Params {
    double step = 1e-3;
    double step2 = 1e-2;
    bool second_order = true;
    std::int64_t probes = 1;
  };
  static void describe(Schema<Params>& s);

  explicit Sure(const Params& params) : params_(params) {}
  Sure(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;

 private:
  Params params_;
};

}  // namespace parfocal::learned
