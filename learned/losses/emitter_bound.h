// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "core/operators/point_emitters.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// The least standard deviations with which the places of single emitters can be found, averaged over
/// depth.
///
///   F_ab = sum_i d_a mu_i d_b mu_i w(mu_i),    value = mean over emitters of sum_axes sqrt((F^-1)_aa)
///
/// mu is the image of the model, d_a its derivatives to everything that a fit finds (place, photons,
/// background), w the Fisher weight of the detector. Emitters stand in the middle of the window, at
/// `planes` depths that divide the model's range evenly, for each number of photons and background.
///
/// R. J. Ober, S. Ram, E. S. Ward, Biophys. J. 86, 1185 (2004); Y. Shechtman et al., Phys. Rev. Lett.
/// 113, 133902 (2014) (masks found by the bound).
/// Units:      nm; photons at the sensor's entrance, background in photons per pixel.
/// Precision:  F in float64, scaled to a unit diagonal; 1e-12 of it is added.
/// Errors:     UsageError for a model of something else than single emitters, or axial
///             where they have no depth.
/// Tested by:  tests/learned/losses/emitter_bound_test.cpp (published bounds), conformance.
class EmitterBound final : public Loss {
 public:
  enum class Axes { kAll, kLateral, kAxial };
  struct Params {
    std::vector<Photons> photons{Photons::from_si(1000.0)};
    std::vector<Photons> background{Photons::from_si(10.0)};
    Axes axes = Axes::kAll;  ///< All of the model.
    std::int64_t planes = 17;
  };
  static void describe(Schema<Params>& s);

  explicit EmitterBound(const Params& params) : params_(params) {}
  EmitterBound(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return false; }
  [[nodiscard]] bool needs_light() const override { return false; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;
  [[nodiscard]] std::string score_unit() const override { return "nm"; }
  [[nodiscard]] std::vector<std::string> numbers() const override;
  /// The deviation along each axis over depth, its mean and its worst.
  [[nodiscard]] Shown show(const Trial& trial) const override;

 private:
  /// Deviations in nm, [photons and background, plane, axis], of the axes x, y (, z).
  [[nodiscard]] at::Tensor deviations(const Trial& trial) const;

  Params params_;
};

}  // namespace parfocal::learned
