// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/free_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/propagation/angular_spectrum.h"
#include "optics/propagation/gap_text.h"
#include "optics/propagation/rayleigh_sommerfeld.h"

namespace parfocal::optics {
namespace {

constexpr std::int64_t kFirstPadding = 2, kLastPadding = 16;

/// On both axes, at the corner of the band where sqrt(1/l^2 - f^2) is least.
double limit_m(const Gap& gap, std::int64_t padding) {
  const Grid& grid = gap.grid;
  const double c_y = grid.n_y == 1 ? 0.0 : 0.5 * gap.l_m() / grid.pitch_y_m;
  const double c_x = grid.n_x == 1 ? 0.0 : 0.5 * gap.l_m() / grid.pitch_x_m;
  const double squared = c_y * c_y + c_x * c_x;
  if (squared >= 1.0) return 0.0;
  const auto limit = [&](std::int64_t n, double pitch_m, double cosine) {
    if (cosine == 0.0) return std::numeric_limits<double>::infinity();
    return 0.5 * static_cast<double>(padded_size(n, padding)) * pitch_m * std::sqrt(1.0 - squared) /
           cosine;
  };
  return std::min(limit(grid.n_y, grid.pitch_y_m, c_y), limit(grid.n_x, grid.pitch_x_m, c_x));
}

}  // namespace

PropagationChoice choose_propagation(const Gap& gap) {
  using Method = PropagationChoice::Method;
  const double z = gap.z_m();
  const double nearest = RayleighSommerfeldOperator::nearest_m(gap, {0.0, 0.0});
  const double first = limit_m(gap, kFirstPadding);
  if (std::abs(z) <= first) {
    return {Method::kAngularSpectrum, kFirstPadding,
            fmt::format("angular_spectrum, because |z| = {} <= {}, where its kernel is sampled",
                        length_text(std::abs(z)), length_text(first))};
  }
  const bool plane = gap.grid.n_y > 1 && gap.grid.n_x > 1;
  if (plane && z > 0.0 && z >= nearest) {
    return {Method::kRayleighSommerfeld, kFirstPadding,
            fmt::format("rayleigh_sommerfeld, because z = {} >= {}, where its kernel is sampled",
                        length_text(z), length_text(nearest))};
  }
  for (std::int64_t padding = kFirstPadding + 1; padding <= kLastPadding; ++padding) {
    const double limit = limit_m(gap, padding);
    if (std::abs(z) > limit) continue;
    return {Method::kAngularSpectrum, padding,
            fmt::format("angular_spectrum with padding {}, because |z| = {} <= {}", padding,
                        length_text(std::abs(z)), length_text(limit))};
  }
  throw SamplingError(fmt::format(
      "free_space: no kernel is sampled: z = {}, pitch {}: angular_spectrum reaches to {} with "
      "padding {}, rayleigh_sommerfeld begins at {}; take another pitch, or angular_spectrum with "
      "its band limit",
      length_text(z), pitch_text(gap.grid), length_text(limit_m(gap, kLastPadding)), kLastPadding,
      length_text(nearest)));
}

void FreeSpace::describe(Schema<Params>& s) {
  s.summary("Exact free-space propagation; the method is chosen by the sampling of its kernel.");
  s.equation("angular_spectrum or rayleigh_sommerfeld, whichever kernel is sampled without alias");
  s.citation("D. Voelz and M. Roggemann, Appl. Opt. 48, 6132, 2009 (sampling of the kernels)");
  describe_gap(s, kSignedDistance);
}

at::Tensor FreeSpace::apply(const at::Tensor& field, const Beam& beam) const {
  return cross(field, beam, [](const Gap& gap, at::ScalarType dtype) -> KernelCache::OperatorPtr {
    const PropagationChoice choice = choose_propagation(gap);
    if (choice.method == PropagationChoice::Method::kRayleighSommerfeld) {
      return std::make_shared<const RayleighSommerfeldOperator>(gap, std::array{0.0, 0.0}, dtype);
    }
    AngularSpectrumOptions options;
    options.padding = choice.padding;
    return std::make_shared<const AngularSpectrumOperator>(gap, options, dtype);
  });
}

std::string FreeSpace::decision(const at::Tensor&, const Beam& beam) const {
  return with_path(
      path(), [&] { return path() + ": " + choose_propagation(gap_of(beam, at::kCPU)).reason; });
}

}  // namespace parfocal::optics
