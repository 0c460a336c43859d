// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/gaussian_beam.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"
#include "tests/optics/propagation/waves.h"
#include "tests/optics/sources/source_params.h"

namespace parfocal::optics {
namespace {

at::Tensor field_of(const std::string& keys, const Beam& beam) {
  return source_of("type: gaussian_beam, wavelength: 532 nm, " + keys)->illuminate(beam).fields[0];
}

TEST(GaussianBeam, HasTheWidthCurvatureAndGouyPhaseOfTheClosedForm) {
  const Beam beam{Grid::centred(135, 150, 2.0e-6, 2.4e-6), 532e-9};
  const double z = 1.5e-3;
  // The waist lies 1.5 mm before the plane.
  const at::Tensor got = field_of("waist: 20 um, waist_position: -1.5 mm", beam);
  const at::Tensor expected = gaussian_beam(beam.grid, 532e-9, 20e-6, z);
  EXPECT_LE(relative_error(got.abs(), expected.abs()), 1e-12);
  const at::Tensor ratio = got * expected.conj();
  EXPECT_LE(relative_error(ratio / ratio.abs(), (ratio / ratio.abs())[67][75].expand({135, 150})),
            1e-9);
}

TEST(GaussianBeam, PropagatesIntoItself) {
  const Beam beam{Grid::centred(135, 150, 2.0e-6, 2.4e-6), 532e-9};
  const at::Tensor waist = field_of("waist: 20 um", beam);
  const at::Tensor there = AngularSpectrumOperator(gap_over(beam, 1.2e-3), {}).forward(waist);
  EXPECT_LE(
      relative_error(there.abs(), field_of("waist: 20 um, waist_position: -1.2 mm", beam).abs()),
      1e-4);
}

TEST(GaussianBeam, AWaistBelowTheSamplesIsRefused) {
  const Beam beam{Grid::centred(16, 16, 2e-6, 2e-6), 532e-9};
  EXPECT_THROW((void)field_of("waist: 0.5 um", beam), SamplingError);
}

}  // namespace
}  // namespace parfocal::optics
