// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "core/operators/likelihood.h"
#include "optics/detectors/photon_transfer.h"

namespace parfocal::optics {

/// Neighbouring pixels that give one count.
///
///   charge: the electrons of pixels x pixels are read once (CCD)
///   mean:   every pixel is read, the counts are averaged (what `binning` of a data file does)
struct Binning {
  enum class By { kCharge, kMean };
  std::int64_t pixels = 1;  ///< Along each axis.
  By by = By::kCharge;
  static void describe(Schema<Binning>& s);
};

/// What one read of a pixel does to its electrons: numbers, or maps [n_y, n_x] over the pixels that
/// are read.
struct Readout {
  at::Tensor efficiency;     ///< Electrons per photon.
  at::Tensor dark;           ///< Electrons per pixel of the sensor.
  at::Tensor gain;           ///< ADU per electron.
  at::Tensor offset;         ///< ADU
  at::Tensor read_noise;     ///< Electrons, with a slope also at 0.
  at::Tensor read_variance;  ///< Its square.
};

/// A camera that turns photons into electrons, adds read noise and digitises.
///
///   n = min(Poisson(efficiency m + dark), full_well)
///   y = clip(floor(gain (n + N(0, read_noise)) + offset + 1/2), 0, 2^bits - 1)
///
/// The likelihood is that of `PhotonTransfer` with
///
///   E y = gain lam + offset,   V = gain^2 (lam + read_noise^2) + 1/12
///
/// Binned by mean, b pixels along each axis, <> the mean over the block:
///
///   E y = <gain> lam / b^2 + <offset>,  V = <gain^2> lam / b^4 + (<gain^2 read_noise^2> + 1/12) / b^2
///
/// Convention: saturated pixels are left out, weight 0, nothing added: the top code, within 4 read
///             noises of a full well, and binned by mean within 4 deviations of where the first
///             pixel of a block saturates. Light falls evenly on the pixels of a block.
/// Units:      mean in photons per count, binned or not; counts in ADU.
/// Invariants: dead (not finite) pixels have weight 0 and add nothing.
/// Errors:     SamplingError where a map has not the size of the pixels that are read.
/// Tested by:  tests/optics/detectors/poisson_gaussian_detector_test.cpp (photon transfer, score,
///             binning), tests/optics/detectors/scmos_detector_test.cpp (maps).
class CountingCamera : public Likelihood {
 public:
  [[nodiscard]] at::Tensor sample(const at::Tensor& mean, RandomStream& random) const final;
  [[nodiscard]] at::Tensor negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const final;
  [[nodiscard]] at::Tensor gradient(const at::Tensor& mean, const at::Tensor& counts) const final;
  [[nodiscard]] at::Tensor fisher_weight(const at::Tensor& mean) const final;
  [[nodiscard]] Quadratic quadratic(const at::Tensor& counts) const final;

 protected:
  struct Limits {
    std::int64_t bits = 16;
    std::optional<Electrons> full_well;  ///< Of one pixel of the sensor.
    Binning binning;
  };
  CountingCamera(const BuildContext& context, const Limits& limits);

  /// At the present values of the leaves.
  [[nodiscard]] virtual Readout readout() const = 0;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  /// On the device and in the dtype of `like`, checked against its size.
  [[nodiscard]] Readout placed_readout(const at::Tensor& like) const;
  [[nodiscard]] PhotonTransfer transfer(const Readout& readout) const;
  /// ADU
  [[nodiscard]] at::Tensor unsaturated_below(const Readout& readout) const;
  [[nodiscard]] at::Tensor valid(const at::Tensor& counts, const Readout& readout) const;
  /// [..., n_y, n_x] -> [..., b n_y, b n_x], an even share each, and back by the mean.
  [[nodiscard]] at::Tensor spread(const at::Tensor& values) const;
  [[nodiscard]] at::Tensor averaged(const at::Tensor& values) const;
  /// [..., b n_y, b n_x] -> [..., n_y, b, n_x, b]
  [[nodiscard]] at::Tensor in_blocks(const at::Tensor& values) const;

  std::string path_;
  double top_code_;
  std::optional<double> full_well_;  // Electrons of what is read at once.
  std::int64_t averaged_;
  double charges_;  // Pixels whose charge is read at once.
};

}  // namespace parfocal::optics
