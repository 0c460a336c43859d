// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace parfocal::solvers {

/// Spectra that the kernels treat side by side, one per SIMD lane.
inline constexpr int kWhittakerLanes = 16;

/// The rules by which the weights of a Whittaker baseline follow from its residual.
enum class WhittakerRule { kWhittaker, kAsls, kArpls, kIarpls, kAirpls, kPsalsa };

/// Memory and numbers of `kWhittakerLanes` spectra; see `whittaker_baseline.h` for the equations.
///
/// Layout: arrays [channel][lane] of n channels and the band [channel]; all float64.
struct WhittakerLanes {
  std::int64_t n;
  const double* measured;  ///< y
  const double* counting;  ///< 1 where a sample counts, else 0.
  const double* diagonal;  ///< lambda P, the diagonal and the two above it.
  const double* above_1;
  const double* above_2;
  double* weight;  ///< w
  double* smooth;  ///< z
  double* factor_1;
  double* factor_2;
};

/// What a lane brings along, and what one round finds in it.
struct WhittakerRound {
  double asymmetry = 0.0;                 ///< p
  double scale[kWhittakerLanes] = {};     ///< k of psalsa, else unused.
  double round[kWhittakerLanes] = {};     ///< t, from 1.
  double negative[kWhittakerLanes] = {};  ///< Samples with a negative residual.
  double loss[kWhittakerLanes] = {};      ///< Sum of their magnitudes.
  double change[kWhittakerLanes] = {};    ///< |w_new - w|^2
  double norm[kWhittakerLanes] = {};      ///< |w|^2
};

/// One solve and the new weights. One table per instruction set.
struct WhittakerKernels {
  void (*round)(WhittakerRule rule, const WhittakerLanes& lanes, WhittakerRound& round);
};

namespace baseline {
extern const WhittakerKernels kWhittaker;
}
namespace avx2 {
extern const WhittakerKernels kWhittaker;
}
namespace avx512 {
extern const WhittakerKernels kWhittaker;
}

}  // namespace parfocal::solvers
