// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace parfocal {

/// One number of an emitter that a fit finds.
struct EmitterParameter {
  std::string name;  ///< "x", "y", "z", "photons", "background", "sigma".
  std::string unit;  ///< "px", "um", "e-", "e-/px".
  double low = 0, high = 0;
  /// A step of a fit is at most `step + relative_step |value|` long.
  double step = 0, relative_step = 0;
  double typical = 0;  ///< Of a quantity that is much the same for all emitters (sigma).
};

/// Emitters that are fitted side by side, one in each lane of the machine's vectors.
inline constexpr int kEmitterLanes = 8;
inline constexpr int kMaxEmitterParameters = 6;
inline constexpr int kMaxFisherEntries = kMaxEmitterParameters * (kMaxEmitterParameters + 1) / 2;

/// One window of every lane, pixel by pixel: value[(y * n_x + x) * kEmitterLanes + lane].
///
/// Units: electrons. `variance` is that of the read noise, and null where there is none; `counts`
///        then hold the electrons and, with it, electrons + variance.
struct EmitterWindows {
  const double* counts = nullptr;
  const double* variance = nullptr;
  const bool* wanted = nullptr;  ///< Lanes whose sums are looked at; null for all.
};

/// What one evaluation says of every lane, of the model mu at theta with the shifted mean
/// mu + variance:
///
///   nll = sum mu - d log mu,   score_a = sum (d / mu - 1) dmu_a,   fisher_ab = sum dmu_a dmu_b /
/// mu
struct EmitterSums {
  alignas(64) double nll[kEmitterLanes];
  alignas(64) double score[kMaxEmitterParameters][kEmitterLanes];
  /// Row by row of the upper triangle: (0,0) (0,1) .. (1,1) ..
  alignas(64) double fisher[kMaxFisherEntries][kEmitterLanes];
};

/// The images of `kEmitterLanes` emitters with their derivatives, as sums that a fit needs. Free of
/// LibTorch; its differentiable twin is `PointEmitters`, a test holds the two equal.
///
/// Layout:     theta[parameter * kEmitterLanes + lane].
/// Convention: x and y in pixels from the centre of the first pixel of the window.
/// Invariants: a lane does not see its neighbours; safe to be used from several threads.
/// Tested by:  tests/forward_models/gaussian_emitters_test.cpp.
class EmitterBlock {
 public:
  virtual ~EmitterBlock() = default;
  [[nodiscard]] virtual std::int64_t n_y() const = 0;
  [[nodiscard]] virtual std::int64_t n_x() const = 0;
  [[nodiscard]] virtual const std::vector<EmitterParameter>& parameters() const = 0;
  /// Guesses that a fit is begun from, the best of which stays.
  [[nodiscard]] virtual int starts() const { return 1; }
  /// First guesses for an emitter near the middle of its window, the most likely one first:
  /// theta[(start * parameters + parameter) * kEmitterLanes + lane]; NaN in x for one that is not
  /// worth a fit.
  virtual void start(const EmitterWindows& windows, double* theta) const = 0;
  virtual void evaluate(const EmitterWindows& windows, const double* theta,
                        EmitterSums& sums) const = 0;
};

}  // namespace parfocal
