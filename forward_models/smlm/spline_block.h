// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/operators/emitter_block.h"
#include "core/tensor/simd_level.h"

namespace parfocal::smlm {

/// Images h of an emitter at known depths, as samples finer than the pixels.
///
/// Convention: sample (centre_y, centre_x) is where the emitter is; a pixel is `oversampling`
///             samples wide, and the value at its centre counts.
/// Layout:     values[(z n_y + y) n_x + x], share of the photons per pixel.
struct SampledPsf {
  std::vector<double> values;
  std::int64_t n_z = 0, n_y = 0, n_x = 0;
  std::int64_t oversampling = 1;
  std::int64_t centre_y = 0, centre_x = 0;
  double first_z = 0.0, step_z = 1.0;  ///< In the unit of the parameter z.
};

/// What is fitted to a `SampledPsf`.
struct SplineFit {
  std::int64_t n_y = 0, n_x = 0;             ///< Pixels of a window.
  std::vector<EmitterParameter> parameters;  ///< x, y, z, photons, background.
  double start_step_z = 0.0;  ///< Depths at which a fit looks for its start lie this far apart.
};

/// x, y, z, photons and background of emitters in windows [y, x] between two depths; places up to a
/// tenth of the window, at least three pixels, from its middle.
[[nodiscard]] std::vector<EmitterParameter> spline_parameters(
    const std::array<std::int64_t, 2>& window, double first_um, double last_um);

/// A table without values that holds what emitters at the limits of these parameters (x, y, z, ..)
/// meet, centred, with planes `step_z` apart.
[[nodiscard]] SampledPsf table_for(const std::vector<EmitterParameter>& parameters,
                                   std::int64_t oversampling, double step_z);

/// Samples a table needs beyond those an emitter at the limits of its place meets.
inline constexpr std::int64_t kSplineMargin = 8;

/// Fits with the cubic B-spline through `psf`, one coefficient for each sample:
///
///   mu = N sum_abc c_abc beta3(t_z - a) beta3(t_y - b) beta3(t_x - c) + background
///
/// All pixels of a window share the 4 + 4 + 4 weights, so depth is summed first, then y, then x.
/// A fit starts from the depth and the half pixel (up to two pixels from the middle) whose image
/// explains most of the variance of the window, and from up to two other depths that explain nearly
/// as much.
///
/// Precision:  coefficients in float32, sums in float64.
/// Invariants: a lane does not see its neighbours.
/// Errors:     LogicError for a table that does not hold what emitters at the limits meet.
/// Tested by:  tests/forward_models/pupil_emitters_test.cpp,
///             tests/forward_models/double_helix_emitters_test.cpp.
[[nodiscard]] std::shared_ptr<const EmitterBlock> make_spline_block(
    const SampledPsf& psf, const SplineFit& fit, SimdLevel level = best_simd_level());

/// The coefficients as the kernels read them: [z][y][phase of x][column], x = column oversampling +
/// phase; rows end with room for whole vectors.
struct SplineTable {
  std::vector<float> values;
  std::int64_t n_z = 0, n_y = 0, columns = 0, stride = 0;  ///< Stride of one phase of one row.
  std::int64_t oversampling = 1;
  std::int64_t window_y = 0, window_x = 0;
  double centre_y = 0, centre_x = 0, first_z = 0, step_z = 1;
};

/// Sums over an image, and of its product with a window.
struct ImageSums {
  double product = 0, image = 0, squares = 0;
};

struct SplineKernels {
  void (*evaluate)(const SplineTable&, const EmitterWindows&, const double* theta, EmitterSums&);
  /// Of a packed window of n_y x n_x and an image with rows `stride` apart.
  ImageSums (*product)(const double* window, const double* image, std::int64_t n_y,
                       std::int64_t n_x, std::int64_t stride);
};
namespace baseline {
extern const SplineKernels kSplineKernels;
}
namespace avx2 {
extern const SplineKernels kSplineKernels;
}
namespace avx512 {
extern const SplineKernels kSplineKernels;
}

}  // namespace parfocal::smlm
