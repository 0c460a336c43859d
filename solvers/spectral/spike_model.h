// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace parfocal::solvers {

struct SpikeOptions {
  double threshold = 8.0;         ///< Standard deviations above the model.
  std::int64_t longest = 9;       ///< Neighbouring channels that one charge may reach.
  std::int64_t per_spectrum = 3;  ///< Charges; more are chemistry that no other point has.
  std::int64_t rounds = 6;
  std::optional<std::int64_t> rank;  ///< Else from the noise edge.
};

struct Spikes {
  at::Tensor flagged;          ///< bool [point, channel]
  at::Tensor model;            ///< float64 [point, channel]
  at::Tensor singular_values;  ///< Of the scaled map, in units of the noise edge.
  std::int64_t rank = 0;
  std::int64_t refused = 0;  ///< Samples above the threshold that are no spike: chemistry, edges.
};

/// Cosmic-ray spikes of a map, told from chemistry: a spike is high over a model of the whole map, in
/// few channels, at one point.
///
///   Z = y / sqrt(row mean x column mean / mean),  rank R = #{ s_i(Z) > 1.02 sigma (sqrt P + sqrt N) }
///   flagged: y - M > threshold sigma(M), in a run of at most `longest` channels above half of that, at
///            most `per_spectrum` runs, with no two neighbours of the point above half of it
///
/// The R spectra come from the points that are whole: without flags (at first without samples that
/// stand out of their 8 neighbours) and not among the few that hold a component. M is every point as these spectra
/// explain its samples that are not flagged. sigma(M) is 1.4826 times the median magnitude of the
/// residual in bins of M.
///
/// W. Cochran, J. Horne, Anal. Chem. 49, 846 (1977) (scaling); M. Gavish, D. Donoho, IEEE Trans.
/// Inf. Theory 60, 5040 (2014) (noise edge).
/// Layout:     values and counting [point, channel], points row by row.
/// Invariants: nothing is repaired here; where a sample does not count it is not flagged.
/// Tested by:  tests/solvers/spectral/spike_model_test.cpp.
[[nodiscard]] Spikes find_spikes(const at::Tensor& values, const at::Tensor& counting,
                                 std::int64_t n_y, std::int64_t n_x, const SpikeOptions& options);

}  // namespace parfocal::solvers
