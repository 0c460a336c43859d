// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace parfocal::optics {

/// Offset, read variance and gain of every pixel of a CMOS sensor, float64 [n_y, n_x].
struct SensorMaps {
  at::Tensor offset;    ///< ADU
  at::Tensor variance;  ///< ADU^2
  at::Tensor gain;      ///< ADU per electron.
};

/// The maps of a scientific CMOS sensor like those in use, pixels independent.
///
///   offset    median 100.1 ADU, 1 % and 99 % quantiles 97.3 and 101.4: half normals of both sides
///   variance  quantiles 0, 50, 95, 99, 99.9, 100 %: 2, 4.7, 35, 140, 430, 3100 ADU^2, the logarithm
///             interpolated in the rank
///   gain      normal, 2.18 +- 0.03, inside 2.12 .. 2.26 ADU per electron
///
/// F. Huang et al., Nature Methods 10, 653 (2013) gives such maps.
/// Invariants: the same seed and size give the same sensor; the median read noise is 1.0 e-.
/// Tested by:  tests/optics/detectors/scmos_detector_test.cpp (TypicalSensor).
[[nodiscard]] SensorMaps typical_sensor(std::uint64_t seed, std::int64_t n_y, std::int64_t n_x);

}  // namespace parfocal::optics
