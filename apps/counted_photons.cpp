// SPDX-License-Identifier: Apache-2.0
#include "apps/counted_photons.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include "core/error.h"
#include "optics/detectors/poisson_detector.h"

namespace parfocal {

void require_photon_counts(const Likelihood& detector, const at::Tensor& counts,
                           const std::string& path) {
  if (dynamic_cast<const optics::PoissonDetector*>(&detector) == nullptr) return;
  const at::Tensor negative = counts.lt(0).nonzero();
  if (negative.size(0) == 0) return;
  const at::Tensor first = negative[0].cpu();
  const auto index = [&](std::int64_t axis) { return first[axis].item<std::int64_t>(); };
  const double value = counts[index(0)][index(1)][index(2)][index(3)].item<double>();
  throw DataError(fmt::format(
      "{} = {:g} (frame {}, channel {}, row {}, column {}; {} of {} values are negative): the "
      "detector poisson counts photons, which are never negative; take detector poisson_gaussian "
      "with its offset and read noise, or gaussian for values that are no counts",
      path, value, index(0), index(1), index(2), index(3), negative.size(0), counts.numel()));
}

}  // namespace parfocal
